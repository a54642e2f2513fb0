import { expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { smallerBrotli } from "../../src/assets/bundle.ts";
import { unpacked } from "../../src/assets/embedded-files.ts";
import { PAGE_FILES } from "../../src/assets/page-files.ts";
import type { PageFile, PageFiles } from "../../src/http/page-file.ts";
import { ADMIN_PAGE_POLICY } from "../../src/http/security-headers.ts";
import { expectHardened } from "../support/hardened.ts";
import { TestApi, useTestApi } from "../support/http/api.ts";

const PAGE = "<!doctype html>".repeat(50);
const SCRIPT = "let it = 1;".repeat(50);
const SCRIPT_PATH = "/assets/admin-abc123.js";

/** A file in every encoding, as an executable has it. */
async function file(path: string, text: string, mediaType: string): Promise<PageFile> {
  const contents = await unpacked(smallerBrotli(new TextEncoder().encode(text)) ?? new Uint8Array());
  return { path, mediaType, isHashed: path !== "/", digest: `digest${text.length}`, contents };
}

const FILES = [
  await file("/", PAGE, "text/html;charset=utf-8"),
  await file(SCRIPT_PATH, SCRIPT, "text/javascript"),
];
const PAGES: PageFiles = { find: async (path) => FILES.find((known) => known.path === path) ?? null };

const api = useTestApi({ pages: PAGES });

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return await api.app.handle(new Request(`http://localhost${path}`, { headers }));
}

test("browsers revalidate a page, which has its own policy, and store its files for ever", async () => {
  const page = await get("/");
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toBe("text/html;charset=utf-8");
  expect(page.headers.get("cache-control")).toBe("no-cache");
  expect(page.headers.get("content-security-policy")).toBe(ADMIN_PAGE_POLICY);
  expect(await page.text()).toBe(PAGE);

  const script = await get(SCRIPT_PATH);
  expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(await script.text()).toBe(SCRIPT);

  expectHardened(page.headers);
  expectHardened(script.headers);
});

test("the policy of the admin page allows nothing inline and nothing from elsewhere", () => {
  const directives = ADMIN_PAGE_POLICY.split("; ");
  for (const name of ["script-src", "style-src", "connect-src", "img-src"])
    expect(directives).toContain(`${name} 'self'`);
  expect(ADMIN_PAGE_POLICY).not.toMatch(/unsafe|data:|blob:|https?:|\*/);
});

test.each([
  ["gzip, deflate, br, zstd", "br"],
  ["gzip", "gzip"],
  ["GZIP;q=0.5", "gzip"],
  ["br;q=0, gzip", "gzip"],
  ["*", "br"],
  ["*;q=0", null],
  ["br;q=0, *", "gzip"],
  ["identity", null],
  ["br;q=nonsense", null],
  ["", null],
])("Accept-Encoding %p gets %p", async (accepted, encoding) => {
  const answer = await get(SCRIPT_PATH, { "accept-encoding": accepted });
  expect(answer.headers.get("content-encoding")).toBe(encoding);
  expect(answer.headers.get("vary")).toBe("accept-encoding");
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const plain =
    encoding === "br" ? brotliDecompressSync(bytes) : encoding === "gzip" ? gunzipSync(bytes) : bytes;
  expect(new TextDecoder().decode(plain)).toBe(SCRIPT);
});

test("each encoding has its own strong ETag, and a browser that has it gets 304", async () => {
  const plain = (await get("/")).headers.get("etag") ?? "";
  const brotli = (await get("/", { "accept-encoding": "br" })).headers.get("etag") ?? "";
  expect(plain).toMatch(/^"[\w-]+"$/);
  expect(brotli).not.toBe(plain);

  for (const tag of [plain, `"other", ${plain}`, `W/${plain}`, "*"]) {
    const answer = await get("/", { "if-none-match": tag });
    expect([tag, answer.status]).toEqual([tag, 304]);
    expect(await answer.text()).toBe("");
    expect(answer.headers.get("etag")).toBe(plain);
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(answer.headers.get("vary")).toBe("accept-encoding");
  }
  for (const tag of [brotli, '"other"', plain.slice(1, -1)]) {
    expect([tag, (await get("/", { "if-none-match": tag })).status]).toEqual([tag, 200]);
  }
});

test("any other method is 405, any other path 404", async () => {
  for (const path of ["/", SCRIPT_PATH]) {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await api.send(path, { method, token: null });
      expect([method, answer.status]).toEqual([method, 405]);
      expect(answer.headers.get("allow")).toBe("GET, HEAD");
      expect(answer.json.error.code).toBe("method_not_allowed");
    }
    expect((await api.send(path, { method: "HEAD", token: null })).status).toBe(200);
  }
  for (const path of ["/assets/", "/assets/other.js", "/assets", "/index.html"]) {
    const answer = await api.send(path, { method: "GET", token: null });
    expect([path, answer.status]).toEqual([path, 404]);
    expect(answer.json.error.data).toEqual({ resource: "endpoint" });
  }
});

test("without pages, there are none", async () => {
  await using api = await TestApi.start(null);
  for (const path of ["/", SCRIPT_PATH]) {
    const answer = await api.send(path, { method: "GET", token: null });
    expect([path, answer.status]).toEqual([path, 404]);
    expect(answer.json.error.code).toBe("not_found");
  }
});

test("from the sources, the page names files that are there", async () => {
  const page = await PAGE_FILES.find("/");
  const html = new TextDecoder().decode(page?.contents.identity);
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = ""]) => link);
  const paths = links.map((link) => new URL(link, "http://127.0.0.1/").pathname);
  expect(paths.length).toBeGreaterThanOrEqual(3);
  for (const path of paths) expect([path, (await PAGE_FILES.find(path))?.path]).toEqual([path, path]);
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|style=|\son\w+=/);
});
