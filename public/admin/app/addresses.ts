import { type AuditView, auditQueryOf, auditViewFrom } from "../activity/audit-view.ts";
import { type ListView, queryOf, viewFrom } from "../token-list/list-view.ts";

/** A place of the page, as read from an address. */
export type Place =
  | { readonly name: "list"; readonly view: ListView }
  | { readonly name: "token"; readonly id: string }
  | { readonly name: "activity"; readonly view: AuditView };

/** The place that an address stands for, as `#/tokens?status=expired`. An address that makes no sense is the list. */
export function placeAt(address: string): Place {
  const [path = "", query = ""] = address.replace(/^#\/?/, "").split("?", 2);
  if (path === "activity") return { name: "activity", view: auditViewFrom(query) };
  const [, id] = /^tokens\/([^/]+)$/.exec(path) ?? [];
  return id === undefined ? { name: "list", view: viewFrom(query) } : { name: "token", id: decoded(id) };
}

export function listAddress(view: ListView): string {
  const query = queryOf(view);
  return query === "" ? "#/tokens" : `#/tokens?${query}`;
}

export function tokenAddress(id: string): string {
  return `#/tokens/${encodeURIComponent(id)}`;
}

export function activityAddress(view: AuditView): string {
  const query = auditQueryOf(view);
  return query === "" ? "#/activity" : `#/activity?${query}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
