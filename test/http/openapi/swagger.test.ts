import { expect, test } from "bun:test";
import { PAGE_FILES } from "../../../src/assets/page-files.ts";
import { SECURITY_HEADERS, SWAGGER_PAGE_POLICY } from "../../../src/http/security-headers.ts";
import { type Sent, TestApi, useTestApi } from "../../support/http/api.ts";

const api = useTestApi({ pages: PAGE_FILES });

const GET: Sent = { method: "GET", token: null };

test("the page is there for anybody, under a policy without anything inline", async () => {
  const { status, headers, text } = await api.send("/swagger", GET);
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/html;charset=utf-8");
  expect(headers.get("content-security-policy")).toBe(SWAGGER_PAGE_POLICY);
  expect(SWAGGER_PAGE_POLICY).toStartWith("default-src 'none'; script-src 'self'; style-src 'self'; ");
  expect(SWAGGER_PAGE_POLICY).toEndWith("frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
  expect(SWAGGER_PAGE_POLICY).not.toMatch(/unsafe|https?:|\*/);
  expect(text).not.toMatch(/<script(?![^>]* src=)|<style| on\w+=| style=/);
});

test("everything that the page names is served, by a name that changes with it, and without a source map", async () => {
  const { text } = await api.send("/swagger", GET);
  const named = [...text.matchAll(/ [a-z-]+="(assets\/[^"]*)"/g)].map(([, path = ""]) => path);
  expect(named).toHaveLength(5);
  for (const path of named) {
    expect(path).toMatch(/^assets\/[a-z-]+-[0-9a-z]{8,}\.(js|css|svg)$/);
    const file = await api.send(`/${path}`, GET);
    expect([path, file.status]).toEqual([path, 200]);
    expect(file.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(file.text).not.toContain("sourceMappingURL");
  }
});

test("every address on the page is relative, so that it holds below the path prefix of a proxy", async () => {
  const { text } = await api.send("/swagger", GET);
  const named = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = ""]) => address);
  for (const address of ["./", "swagger/json", "#/api-token/createApiToken"])
    expect(named).toContain(address);
  expect(named.filter((address) => address.startsWith("/"))).toEqual([]);
});

test("the licenses of what the pages are built from are handed on with them", async () => {
  const { text, headers } = await api.send("/assets/licenses.txt", GET);
  expect(headers.get("content-type")).toBe("text/plain;charset=utf-8");
  for (const name of ["preact", "@preact/signals", "@preact/signals-core", "swagger-ui-dist"])
    expect(text).toMatch(new RegExp(`^${name} [\\d.]+ \\([A-Z][\\w.-]+\\)$`, "m"));
  for (const words of ["Jason Miller", "Preact Team", "Apache License", "SmartBear Software", "Jed Watson"])
    expect(text).toContain(words);
});

test("HEAD is answered as GET, another method and an unknown path are refused", async () => {
  for (const path of ["/swagger", "/swagger/json", "/swagger/"]) {
    const head = await api.send(path, { method: "HEAD", token: null });
    expect([path, head.status, head.text]).toEqual([path, path === "/swagger/" ? 308 : 200, ""]);
    const put = await api.send(path, { method: "PUT" });
    expect([path, put.status, put.headers.get("allow")]).toEqual([path, 405, "GET, HEAD"]);
  }
  const unread = await api.send("/swagger/json", { body: "{", token: null });
  expect(unread.status).toBe(405);
  for (const path of ["/swagger/index.html", "/swagger/json/", "/assets/swagger-ui/"]) {
    const unknown = await api.send(path, GET);
    expect([path, unknown.status, unknown.json.error.code]).toEqual([path, 404, "not_found"]);
  }
});

test("the address with a slash at the end leads to the page, also below a path prefix", async () => {
  const { status, headers, text } = await api.send("/swagger/", GET);
  expect([status, text]).toEqual([308, ""]);
  const location = headers.get("location") ?? "";
  expect(new URL(location, "http://localhost/swagger/").pathname).toBe("/swagger");
  expect(new URL(location, "https://example.com/tokens/swagger/").pathname).toBe("/tokens/swagger");
  for (const [name, value] of SECURITY_HEADERS) expect([name, headers.get(name)]).toEqual([name, value]);
});

test("a browser asks for the document anew each time, and is told if it has it already", async () => {
  const { headers } = await api.send("/swagger/json", GET);
  const etag = headers.get("etag") ?? "";
  expect(headers.get("cache-control")).toBe("no-cache");
  expect(headers.get("vary")).toBe("accept-encoding");
  const known = await api.send("/swagger/json", { ...GET, headers: { "if-none-match": etag } });
  expect([known.status, known.text, known.headers.get("etag")]).toEqual([304, "", etag]);
  const other = await api.send("/swagger/json", { ...GET, headers: { "if-none-match": '"other"' } });
  expect(other.status).toBe(200);
});

test("the document is JSON, under the policy of every answer, and goes with the pages", async () => {
  const { headers, json } = await api.send("/swagger/json", GET);
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.get("content-security-policy")).toStartWith("default-src 'none'; frame-ancestors");
  expect(json).toMatchObject({ openapi: "3.1.0", info: { title: "Publisher", license: { name: "MIT" } } });
  await using alone = await TestApi.start(null);
  for (const path of ["/swagger", "/swagger/json"])
    expect([path, (await alone.send(path, GET)).status]).toEqual([path, 404]);
});
