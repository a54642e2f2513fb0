import { signal } from "@preact/signals";
import { type AuditView, auditQueryOf, auditViewFrom } from "./audit-view.ts";
import { FIRST_VIEW, type ListView, queryOf, viewFrom } from "./list-view.ts";

export type Route =
  | { readonly place: "list"; readonly view: ListView }
  | { readonly place: "token"; readonly id: string }
  | { readonly place: "activity"; readonly view: AuditView };

/** Where the person is. It stands behind the # of the address, which no browser sends to any server. */
export const route = signal<Route>(routeFrom(location.hash));

/** The list as it was last seen, to go back to. */
export const lastList = signal<ListView>(FIRST_VIEW);

interface Left {
  readonly query: string;
  /** How far down the page was, in CSS pixels. */
  readonly atPx: number;
}

let left: Left | null = null;

addEventListener("hashchange", follow);
follow();

function follow(): void {
  const next = routeFrom(location.hash);
  if (next.place === "list") lastList.value = next.view;
  else if (route.value.place === "list") left = { query: queryOf(route.value.view), atPx: scrollY };
  route.value = next;
}

/** How far down a list was when one of its tokens was opened, in CSS pixels; told once, and null for any other. */
export function takeScroll(query: string): number | null {
  const found = left?.query === query ? left.atPx : null;
  left = null;
  return found;
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

/** Shows the audit trail; a step that Back undoes. */
export function showActivity(view: AuditView): void {
  location.hash = activityAddress(view);
}

/** Shows a list; a step that Back undoes unless `isReplacing`. */
export function showList(view: ListView, isReplacing = false): void {
  const address = listAddress(view);
  if (address === location.hash) return;
  if (!isReplacing) {
    location.hash = address;
    return;
  }
  history.replaceState(null, "", address);
  follow();
}

function routeFrom(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  if (path === "activity") return { place: "activity", view: auditViewFrom(query) };
  const [, id] = /^tokens\/([^/]+)$/.exec(path) ?? [];
  return id === undefined ? { place: "list", view: viewFrom(query) } : { place: "token", id: decoded(id) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
