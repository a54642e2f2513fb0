import { badRequest, Failure } from "../errors.ts";

/** The media types of bodies. */
const MEDIA_TYPES = {
  "application/json": /^application\/json[ \t]*(?:;|$)/i,
  "application/x-www-form-urlencoded": /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i,
} as const;

export type MediaType = keyof typeof MEDIA_TYPES;

const OTHER_CHARSET = /;[ \t]*charset[ \t]*=[ \t]*(?!(?:utf-8|"utf-8")[ \t]*(?:;|$))/i;

/** Two headers arrive as one, with a comma between them. */
const TWO_TYPES = /^(?:[^",]|"[^"]*")*,/;

/** Throws a Failure if Content-Type is not that type, in UTF-8. */
export function refuseOtherTypes(headers: Headers, wanted: MediaType): void {
  const given = headers.get("content-type") ?? "";
  if (MEDIA_TYPES[wanted].test(given) && !OTHER_CHARSET.test(given) && !TWO_TYPES.test(given)) return;
  throw new Failure("unsupported_media_type", { message: `Content-Type must be ${wanted}, in UTF-8` });
}

/** `identity` is no coding, and a list may have empty parts. */
const NO_CODINGS = ["", "identity"];

/**
 * Throws a Failure if Content-Encoding names a coding, such as compression: the limit of a body's size would say nothing
 * about its size after unpacking. https://www.rfc-editor.org/rfc/rfc9110#section-8.4
 */
export function refuseCodings(headers: Headers): void {
  const codings = headers.get("content-encoding")?.split(",") ?? [];
  if (codings.every((coding) => NO_CODINGS.includes(coding.trim().toLowerCase()))) return;
  throw new Failure("unsupported_media_type", {
    message: "Content-Encoding must be left out: send the body as it is, not compressed",
    headers: { "accept-encoding": "identity" },
  });
}

/**
 * The size of the body in bytes by Content-Length; null if it comes in chunks. Throws a Failure if the header comes twice:
 * the runtime accepts two equal lengths. https://www.rfc-editor.org/rfc/rfc9112#section-6.3
 */
export function declaredBytes(headers: Headers): number | null {
  const given = headers.get("content-length");
  if (given === null) return null;
  if (!/^\d+$/.test(given))
    throw badRequest([{ path: "Content-Length", message: "must be given once, in digits" }]);
  return Number(given);
}
