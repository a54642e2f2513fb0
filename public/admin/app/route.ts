import type { AuditView } from "../activity/audit-view.ts";
import type { ListView } from "../token-list/list-view.ts";
import { Navigation } from "./navigation.ts";

const navigation = new Navigation({
  get hash() {
    return location.hash;
  },
  push: (hash) => {
    location.hash = hash;
  },
  replace: (hash) => history.replaceState(null, "", hash),
});

/** The current place and views. They change together with the address. */
export const { route, listView, auditView } = navigation;

/** Shows the list in another way: a step that Back undoes, unless `isReplacing`. Does nothing on another place. */
export function changeList(change: (view: ListView) => ListView, isReplacing = false): void {
  navigation.changeList(change, isReplacing);
}

/** Shows the audit trail in another way: a step that Back undoes. Does nothing on another place. */
export function changeTrail(change: (view: AuditView) => AuditView): void {
  navigation.changeTrail(change);
}

// Back, Forward, and a typed address. Not every browser sends the first event for each of them.
addEventListener("popstate", () => navigation.follow());
addEventListener("hashchange", () => navigation.follow());
addEventListener("click", followLink);

/** Follows a link within the page at once. The browser would report the change later, perhaps after the next click. */
function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const address = link?.getAttribute("href") ?? "";
  if (!address.startsWith("#/") || !isPlain(event)) return;
  event.preventDefault();
  navigation.go(address);
}

/** Whether a click only follows the link: it opens no new tab and starts no download. */
function isPlain(event: MouseEvent): boolean {
  const { button, altKey, ctrlKey, metaKey, shiftKey, defaultPrevented } = event;
  return button === 0 && ![altKey, ctrlKey, metaKey, shiftKey, defaultPrevented].includes(true);
}
