import { ACCESSES, type Access } from "../../tokens/token.ts";
import type { TokenHeader } from "./credentials.ts";
import { isTokenHeaderName } from "./token-header-name.ts";

/** The options in the query of `/forward-auth/<audience>`, which the operator of the proxy writes. */
export interface ForwardAuthOptions {
  /** `write` needs a write token for every method. With `read` it depends on the method. */
  readonly access: Access;
  /** The place of the token: Authorization as Bearer, as Bearer or the password of Basic, or a header of its own. */
  readonly token: "bearer" | "bearer or basic" | TokenHeader;
  /** False if the query is outside the grammar. The strictest options then apply. */
  readonly areUnderstood: boolean;
}

const DEFAULTS: ForwardAuthOptions = { access: "read", token: "bearer", areUnderstood: true };
const STRICTEST: ForwardAuthOptions = { access: "write", token: "bearer", areUnderstood: false };

/** Every option, and a test of its values. */
const OPTIONS: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ["access", (value) => ACCESSES.some((access) => access === value)],
  ["scheme", (value) => value === "basic"],
  ["header", isTokenHeaderName],
]);

/** Ends the options. Envoy appends the target of its client here, and it changes nothing. */
const CLIENT_TARGET = "path=";

/**
 * Reads the options from the raw query, in exactly one spelling: `access=read` or `access=write`, `scheme=basic` or
 * `header=<name>`, joined by `&`, in any order, each at most once, and `path=` last. A query of any other form may be
 * a typing error of the operator, so it gets the strictest options. No client and no typing error can lower them.
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

/** The options by their names; null if one is unknown, given twice or has a wrong value. */
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
