import type { Issue } from "../../tokens/refusal.ts";
import { badRequest, Failure, ISSUE_LIMIT } from "../errors.ts";
import { BodyDeadlines } from "./body-deadlines.ts";
import { joined, stepText } from "./issue-path.ts";

/** The largest body that is read. */
export const BODY_LIMIT_BYTES = 64 * 1024;

/** How long a body may take to arrive. */
const BODY_LIMIT_MS = 30_000;

const DEADLINES = new BodyDeadlines({ limitMs: BODY_LIMIT_MS, sweepEveryMs: 1000 }, tooSlow);

/** How deep objects and arrays may lie in each other; the deepest body that an endpoint takes has about 20 levels. */
const DEPTH_LIMIT = 32;

const UTF_8 = new TextDecoder("utf-8", { fatal: true });

/** Matches every string and every sign of structure in valid JSON. */
const STRINGS_AND_STRUCTURE = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/** The media types of bodies. */
const MEDIA_TYPES = {
  "application/json": /^application\/json[ \t]*(?:;|$)/i,
  "application/x-www-form-urlencoded": /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i,
} as const;

export type MediaType = keyof typeof MEDIA_TYPES;

const OTHER_CHARSET = /;[ \t]*charset[ \t]*=[ \t]*(?!(?:utf-8|"utf-8")[ \t]*(?:;|$))/i;

/** Two headers arrive as one, with a comma between them. */
const TWO_TYPES = /^(?:[^",]|"[^"]*")*,/;

/** Reads the JSON object in the body of a request. Throws a Failure for any other type, size or content. */
export async function readObject(request: Request): Promise<object> {
  const text = await readText(request, "application/json");
  const value = parse(text);
  const issues = structureIssues(text);
  if (issues.length > 0) throw badRequest(issues);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAnObject();
  return value;
}

/**
 * Reads the text in the body of a request. Throws a Failure for another media type, a compressed body, a body that is too
 * large and text that is not UTF-8.
 */
export async function readText(request: Request, type: MediaType): Promise<string> {
  refuseOtherTypes(request.headers, type);
  refuseCodings(request.headers);
  return decode(await readBytes(request));
}

/** Throws a Failure if Content-Type is not that type, in UTF-8. */
function refuseOtherTypes(headers: Headers, wanted: MediaType): void {
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
function refuseCodings(headers: Headers): void {
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
function declaredBytes(headers: Headers): number | null {
  const given = headers.get("content-length");
  if (given === null) return null;
  if (!/^\d+$/.test(given))
    throw badRequest([{ path: "Content-Length", message: "must be given once, in digits" }]);
  return Number(given);
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const declared = declaredBytes(request.headers);
  if (declared !== null && declared > BODY_LIMIT_BYTES) throw tooLarge();
  try {
    return await DEADLINES.arrival(declared === null ? readChunks(request) : request.bytes());
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw badRequest([{ path: "", message: "must arrive whole" }]);
  }
}

/** A chunked body does not declare its size, so it is read until it is too large. */
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
    return UTF_8.decode(bytes);
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

/** An object or list that has begun and not ended at some point of the text, with its names so far. */
class Open {
  readonly #names = new Set<string>();
  /** The place of that point in it: a name, or an index. */
  #at: string | number;
  /** The same as text. It takes time to make, so it is made at most once. */
  #text: string | null = null;

  constructor(isList: boolean) {
    this.#at = isList ? 0 : "";
  }

  get text(): string {
    this.#text ??= stepText(this.#at);
    return this.#text;
  }

  /** Goes on to the next item of a list; an object stays where it is. */
  goOn(): void {
    if (typeof this.#at === "number") this.#goTo(this.#at + 1);
  }

  /** Goes to the value of that name; false if the object had one already. */
  goToName(quoted: string): boolean {
    const name = String(JSON.parse(quoted));
    this.#goTo(name);
    if (this.#names.has(name)) return false;
    this.#names.add(name);
    return true;
  }

  #goTo(at: string | number): void {
    if (at === this.#at) return;
    this.#at = at;
    this.#text = null;
  }
}

/**
 * Finds faults that JSON.parse accepts: of several values under one name it silently takes the last, and deep nesting
 * overflows programs that walk the value. Stops after as many issues as an answer can have.
 */
function structureIssues(text: string): readonly Issue[] {
  if (hasOneName(text)) return [];
  const issues: Issue[] = [];
  const open: Open[] = [];
  let previous = "";
  for (const [sign] of text.matchAll(STRINGS_AND_STRUCTURE)) {
    const innermost = open.at(-1);
    if (sign === "{" || sign === "[") open.push(new Open(sign === "["));
    else if (sign === "}" || sign === "]") open.pop();
    else if (sign === ",") innermost?.goOn();
    else if (sign === ":" && innermost?.goToName(previous) === false) {
      issues.push({ path: joined(open.map((each) => each.text)), message: "must be given only once" });
    }
    if (open.length > DEPTH_LIMIT) return [TOO_DEEP];
    if (issues.length > ISSUE_LIMIT) return issues;
    previous = sign;
  }
  return issues;
}

/** True for the small bodies of most requests: an object with at most one name, and nothing inside it. */
function hasOneName(text: string): boolean {
  const colon = text.indexOf(":");
  return !text.includes(":", colon + 1) && !text.includes("{", 1) && !text.includes("[");
}

const TOO_DEEP: Issue = { path: "", message: `must not be nested deeper than ${DEPTH_LIMIT} levels` };

function notAnObject(): Failure {
  return badRequest([{ path: "", message: "must be a JSON object" }]);
}

function tooSlow(): Failure {
  return badRequest([{ path: "", message: `must arrive within ${BODY_LIMIT_MS / 1000} seconds` }]);
}

function tooLarge(): Failure {
  return new Failure("payload_too_large", {
    message: `The body must have at most ${BODY_LIMIT_BYTES} bytes`,
    details: { limit_bytes: BODY_LIMIT_BYTES },
  });
}
