import { ACCESSES, type Access } from "../../tokens/token.ts";
import type { TokenHeader } from "./credentials.ts";
import { isTokenHeaderName } from "./token-header-name.ts";

/** What the operator wrote into the query of `/forward-auth/<audience>`. */
export interface ForwardAuthOptions {
  /** `write` asks for a write token with every method; `read` leaves that to the method. */
  readonly access: Access;
  /** Where the token comes: in Authorization as Bearer, as Bearer or Basic's password, or in a header of its own. */
  readonly token: "bearer" | "bearer or basic" | TokenHeader;
  /** False where the query is not of the grammar; the strictest options hold then. */
  readonly areUnderstood: boolean;
}

const DEFAULTS: ForwardAuthOptions = { access: "read", token: "bearer", areUnderstood: true };
const STRICTEST: ForwardAuthOptions = { access: "write", token: "bearer", areUnderstood: false };

/** Every option, and which values it has. */
const OPTIONS: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ["access", (value) => ACCESSES.some((access) => access === value)],
  ["scheme", (value) => value === "basic"],
  ["header", isTokenHeaderName],
]);

/** Ends the options: the rest is the target of the proxy's client, which Envoy appends, and changes nothing. */
const CLIENT_TARGET = "path=";

/**
 * Reads the options from the raw query, in exactly one spelling: `access=read` or `access=write`, `scheme=basic` or
 * `header=<name>`, joined by `&`, in any order, each at most once, and `path=` last. A query of any other form may be
 * a typing error of the operator, so it takes the strictest options: nothing that a client or a typing error puts there
 * lowers what is asked for.
 */
export function forwardAuthOptions(url: string): ForwardAuthOptions {
  const start = url.indexOf("?");
  if (start === -1 || start === url.length - 1) return DEFAULTS;
  const given = optionsIn(url.slice(start + 1));
  if (given === null || (given.has("scheme") && given.has("header"))) return STRICTEST;
  const header = given.get("header");
  const token = given.has("scheme") ? "bearer or basic" : "bearer";
  return {
    access: given.get("access") === "write" ? "write" : "read",
    token: header === undefined ? token : { header },
    areUnderstood: true,
  };
}

/** The options by their names; null where one is unknown, given twice or has a value that it cannot have. */
function optionsIn(query: string): ReadonlyMap<string, string> | null {
  const given = new Map<string, string>();
  for (const option of query.split("&")) {
    if (option.startsWith(CLIENT_TARGET)) break;
    const [name = "", ...rest] = option.split("=");
    const value = rest.join("=");
    if (given.has(name) || OPTIONS.get(name)?.(value) !== true) return null;
    given.set(name, value);
  }
  return given;
}
