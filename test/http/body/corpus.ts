import fc from "fast-check";
import { ENDPOINTS } from "../../support/http/endpoints.ts";
import { words } from "../../support/words.ts";
import { bodies } from "./corpus-bodies.ts";
import type { Known } from "./corpus-conditions.ts";

export interface Credential {
  /** The access of the request's token; null without a good token. */
  readonly access: "read" | "write" | null;
  /** The Authorization header; null for none. */
  readonly header: string | null;
}

export interface CorpusRequest {
  readonly method: string;
  readonly path: string;
  readonly credential: Credential;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const PATHS = [
  ...ENDPOINTS.map(({ path }) => `/publisher.v1/${path}`),
  "/healthz",
  "/readyz",
  "/publisher.v1",
];

/** Pieces that make another path of a path, or spell the same one differently. */
const PIECES = ["", "\u00e9", ...words`/ // /../ /./ %2e %2F %00 % \ ; . : * A`];

const METHODS = words`GET HEAD PUT PATCH DELETE OPTIONS TRACE PROPFIND QUERY`;

/** Requests of every kind, right ones among them. */
export function requests(known: Known, credentials: readonly Credential[]): fc.Arbitrary<CorpusRequest> {
  const request = fc.record({
    method: fc.oneof(
      { weight: 6, arbitrary: fc.constant("POST") },
      { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
    ),
    path: path(known),
    credential: fc.constantFrom(...credentials),
    headers: headers(),
    bodyFor: bodies(known),
  });
  return request.map(({ bodyFor, ...rest }) => ({
    ...rest,
    body: bodyFor(/^\/publisher\.v1\/([\w-]+\/[\w-]+)/.exec(rest.path)?.[1] ?? ""),
  }));
}

function path({ secrets }: Known): fc.Arbitrary<string> {
  const real = fc.constantFrom(...PATHS);
  const put = fc.oneof(fc.constantFrom(...PIECES, ...secrets), fc.string({ unit: "binary", maxLength: 4 }));
  const nearMiss = fc
    .tuple(real, fc.nat(30), fc.nat(2), put)
    .map(([text, at, size, piece]) => text.slice(0, at) + piece + text.slice(at + size));
  const text = fc.string({ unit: "binary", maxLength: 10 });
  const query = fc.oneof(
    { weight: 2, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: text.map((value) => `?${value}`) },
  );
  const free = fc.array(text, { maxLength: 4 }).map((segments) => segments.join("/"));
  return fc
    .tuple(
      fc.oneof(
        { weight: 12, arbitrary: real },
        { weight: 4, arbitrary: nearMiss },
        { weight: 1, arbitrary: free },
      ),
      query,
    )
    .map(([text, end]) => `${text.startsWith("/") ? "" : "/"}${text}${end}`.replaceAll("#", "%23"));
}

function headers(): fc.Arbitrary<Readonly<Record<string, string>>> {
  const type = fc.oneof(
    { weight: 20, arbitrary: fc.constant("application/json") },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "Application/JSON; charset=UTF-8",
        "application/json; charset=latin1",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "",
      ),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
  );
  const others = fc.dictionary(
    fc.constantFrom(
      ...words`traceparent content-length cookie origin accept content-encoding x-forwarded-for expect`,
    ),
    fc.oneof(
      fc.constantFrom(
        `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
        ...words`0 70000 -1 gzip */* 100-continue`,
      ),
      fc.string({ maxLength: 30 }),
    ),
    { maxKeys: 3 },
  );
  const few = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: others });
  return fc.tuple(type, few).map(([contentType, more]) => ({ ...more, "content-type": contentType }));
}
