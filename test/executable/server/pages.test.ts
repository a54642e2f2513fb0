import { expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { RunningServer } from "../../support/executable/executable.ts";

/** The most that the admin page may load, compressed. */
const BUDGET_BYTES = 60 * 1024;

interface Got {
  readonly response: Response;
  readonly bytes: Uint8Array;
}

/** As a browser would, but without undoing the compression. */
async function get(server: RunningServer, path: string, init: RequestInit = {}): Promise<Got> {
  const headers = { "accept-encoding": "br, gzip", ...init.headers };
  const response = await fetch(new URL(path, server.url), { ...init, headers, decompress: false });
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
}

function linksIn(html: string): readonly string[] {
  return [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path);
}

test("all that the admin page loads is compressed, hashed, and at most 60 KB", async () => {
  await using server = await RunningServer.start();
  const page = await get(server, "/");
  expect(page.response.headers.get("content-encoding")).toBe("br");
  const html = new TextDecoder().decode(brotliDecompressSync(page.bytes));
  // Relative, so that the page works below a path prefix of a proxy.
  for (const link of linksIn(html)) expect(link).toStartWith("./assets/");
  const assets = await Promise.all(linksIn(html).map(async (path) => await get(server, path)));
  expect(assets.length).toBe(3);
  for (const { response, bytes } of assets) {
    expect([response.url, response.status]).toEqual([response.url, 200]);
    expect(new URL(response.url).pathname).toMatch(/^\/assets\/[a-z]+-[a-z0-9]{8,}\.(js|css|svg)$/);
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("content-encoding")).toBe("br");
    expect(response.headers.get("content-length")).toBe(String(bytes.byteLength));
  }
  const total = [page, ...assets].reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  expect(total).toBeLessThanOrEqual(BUDGET_BYTES);

  const [script = ""] = linksIn(html).filter((path) => path.endsWith(".js"));
  const zipped = await get(server, script, { headers: { "accept-encoding": "gzip" } });
  expect(zipped.response.headers.get("content-encoding")).toBe("gzip");
  const plain = await get(server, script, { headers: { "accept-encoding": "identity" } });
  expect(plain.response.headers.get("content-encoding")).toBeNull();
  expect(gunzipSync(zipped.bytes)).toEqual(Buffer.from(plain.bytes));
});

test("the OpenAPI document is compressed to less than a fifth", async () => {
  await using server = await RunningServer.start();
  const plain = await get(server, "/swagger/json", { headers: { "accept-encoding": "identity" } });
  for (const [encoding, decompress] of [
    ["br", brotliDecompressSync],
    ["gzip", gunzipSync],
  ] as const) {
    const { response, bytes } = await get(server, "/swagger/json", {
      headers: { "accept-encoding": encoding },
    });
    expect(response.headers.get("content-encoding")).toBe(encoding);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(decompress(bytes)).toEqual(Buffer.from(plain.bytes));
    expect(bytes.byteLength).toBeLessThan(plain.bytes.byteLength / 5);
  }
});

test.each([
  ["--no-pages", { args: ["--no-pages"] }],
  ["PUBLISHER_PAGES=off", { env: { PUBLISHER_PAGES: "off" } }],
])("with %s there is the API alone", async (_, start) => {
  await using server = await RunningServer.start(start);
  expect(server.stdout).not.toContain("Admin page");
  for (const path of ["/", "/assets/", "/swagger", "/swagger/json"])
    expect([path, (await get(server, path)).response.status]).toEqual([path, 404]);
  expect((await server.call("api-token/current")).status).toBe(200);
});
