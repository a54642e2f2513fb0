import { Elysia } from "elysia";
import { methodNotAllowed, notFound } from "./errors.ts";
import { UNREAD } from "./other-methods.ts";
import {
  ASSETS,
  ENCODINGS,
  type Encoding,
  OPENAPI_PATH,
  type PageFile,
  type PageFiles,
} from "./page-file.ts";
import { ADMIN_PAGE_POLICY, SWAGGER_PAGE_POLICY } from "./security-headers.ts";

/** Every page and its content security policy. */
const PAGES: Readonly<Record<string, string>> = { "/": ADMIN_PAGE_POLICY, "/swagger": SWAGGER_PAGE_POLICY };

/** Other spellings of a page, and its location. It is relative because a proxy can have a path prefix. */
const REDIRECTS: Readonly<Record<string, string>> = { "/swagger/": "../swagger" };

/**
 * The pages and their files. A handler answers them, because Bun's router would answer a static value or an HTML bundle
 * by itself, without our security headers and without a line in the log.
 */
export function pageRoutes(files: PageFiles) {
  const app = new Elysia({ name: "pages" });
  for (const [path, location] of Object.entries(REDIRECTS))
    app.all(path, ({ request }) => redirect(request, location), UNREAD);
  for (const path of [...Object.keys(PAGES), OPENAPI_PATH, `${ASSETS}*`]) {
    const served = async ({ request, path: asked }: { request: Request; path: string }) => {
      const file = await files.find(asked);
      if (file === null) throw notFound("endpoint");
      return answer(file, request);
    };
    app.all(path, served, UNREAD);
  }
  return app;
}

function redirect(request: Request, location: string): Response {
  requireReading(request);
  return new Response(null, { status: 308, headers: { location } });
}

function requireReading({ method }: Request): void {
  if (method !== "GET" && method !== "HEAD") throw methodNotAllowed("GET, HEAD");
}

/** Answers GET and HEAD alike. For HEAD Bun leaves out the content and sends its length. */
function answer(file: PageFile, request: Request): Response {
  requireReading(request);
  const { headers } = request;
  const encoding = chosenEncoding(headers.get("accept-encoding"), file);
  const etag = `"${file.digest}-${encoding}"`;
  const described = describe(file, encoding, etag);
  if (matches(headers.get("if-none-match"), etag))
    return new Response(null, { status: 304, headers: described });
  described.set("content-type", file.mediaType);
  return new Response(file.contents[encoding] ?? file.contents.identity, { headers: described });
}

function describe({ path, isHashed }: PageFile, encoding: Encoding, etag: string): Headers {
  const headers = new Headers({
    etag,
    vary: "accept-encoding",
    "cache-control": isHashed ? "public, max-age=31536000, immutable" : "no-cache",
  });
  const policy = PAGES[path];
  if (policy !== undefined) headers.set("content-security-policy", policy);
  if (encoding !== "identity") headers.set("content-encoding", encoding);
  return headers;
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
function chosenEncoding(accepted: string | null, { contents }: PageFile): Encoding {
  const weights = new Map((accepted ?? "").split(",").map(weight));
  const isAccepted = (encoding: Encoding) => (weights.get(encoding) ?? weights.get("*") ?? 0) > 0;
  return ENCODINGS.find((encoding) => encoding in contents && isAccepted(encoding)) ?? "identity";
}

/** One part of an Accept-Encoding header, such as `gzip;q=0.5`, as the coding and its weight. */
function weight(part: string): [coding: string, weight: number] {
  const [coding = "", ...parameters] = part.toLowerCase().split(";");
  const quality = parameters.find((parameter) => parameter.trim().startsWith("q="));
  return [coding.trim(), quality === undefined ? 1 : Number(quality.trim().slice("q=".length))];
}

/** True if the browser has this content already. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 */
function matches(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  const tags = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}
