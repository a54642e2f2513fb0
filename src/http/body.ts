import type { Issue } from "../tokens/refusal.ts";
import { withoutSecrets } from "../tokens/secret.ts";
import { badRequest, Failure } from "./errors.ts";

/** The largest body that is read. */
export const BODY_LIMIT_BYTES = 64 * 1024;

/** How deep objects and arrays may lie in each other; the deepest body that an endpoint takes has about 20 levels. */
const DEPTH_LIMIT = 32;

const JSON_MEDIA_TYPE = /^application\/json[ \t]*(?:;|$)/i;
const OTHER_CHARSET = /;[ \t]*charset[ \t]*=[ \t]*(?!(?:utf-8|"utf-8")[ \t]*(?:;|$))/i;

/** In JSON that is known to be valid: every string, and every sign of structure. */
const STRINGS_AND_STRUCTURE = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/** The JSON object in the body of a request. Throws a Failure for any other type, size or content. */
export async function readObject(request: Request): Promise<object> {
  refuseOtherMediaTypes(request.headers.get("content-type"));
  const text = decode(await readBytes(request));
  const value = parse(text);
  const issue = structureIssue(text);
  if (issue !== null) throw badRequest([issue]);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAnObject();
  return value;
}

function refuseOtherMediaTypes(contentType: string | null): void {
  if (contentType !== null && JSON_MEDIA_TYPE.test(contentType) && !OTHER_CHARSET.test(contentType)) return;
  throw new Failure("unsupported_media_type", { message: "Content-Type must be application/json, in UTF-8" });
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > BODY_LIMIT_BYTES) throw tooLarge();
  try {
    return declared === null ? await readChunks(request) : await request.bytes();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw badRequest([{ path: "", message: "must arrive whole" }]);
  }
}

/** A chunked body does not say how large it is: it is read until it is too large. */
async function readChunks({ body }: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > BODY_LIMIT_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badRequest([{ path: "", message: "must be valid UTF-8" }]);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw text.trim() === "" ? notAnObject() : badRequest([{ path: "", message: "must be valid JSON" }]);
  }
}

/**
 * What JSON.parse lets pass: the last of several values under one name would win, silently, and deep nesting
 * would overflow whatever walks it.
 */
function structureIssue(text: string): Issue | null {
  const open: Set<string>[] = [];
  let previous = "";
  for (const [token] of text.matchAll(STRINGS_AND_STRUCTURE)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":" && !addName(open.at(-1), previous)) return repeated(previous);
    if (open.length > DEPTH_LIMIT)
      return { path: "", message: `must not be nested deeper than ${DEPTH_LIMIT} levels` };
    previous = token;
  }
  return null;
}

function addName(names: Set<string> | undefined, quoted: string): boolean {
  const name = String(JSON.parse(quoted));
  if (names === undefined || names.has(name)) return false;
  names.add(name);
  return true;
}

function repeated(quoted: string): Issue {
  return { path: shortened(String(JSON.parse(quoted))), message: "must be given only once" };
}

const NAME_LIMIT = 64;

/** A name from a caller, without what could be a secret, and cut short enough to be told back. */
export function shortened(name: string): string {
  const whole = withoutSecrets(name.toWellFormed());
  return whole.length > NAME_LIMIT ? `${whole.slice(0, NAME_LIMIT).toWellFormed()}…` : whole;
}

function notAnObject(): Failure {
  return badRequest([{ path: "", message: "must be a JSON object" }]);
}

function tooLarge(): Failure {
  return new Failure("payload_too_large", {
    message: `The body must have at most ${BODY_LIMIT_BYTES} bytes`,
    details: { limit_bytes: BODY_LIMIT_BYTES },
  });
}
