import type { AuditView } from "./audit-view.ts";
import type { ListView } from "./list-view.ts";
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

/** Where the person is. */
export const { route, listView, auditView } = navigation;

/** Shows the list in another way: a step that Back undoes, unless `isReplacing`. Does nothing on another place. */
export function changeList(change: (view: ListView) => ListView, isReplacing = false): void {
  navigation.changeList(change, isReplacing);
}

/** Shows the audit trail in another way: a step that Back undoes. Does nothing on another place. */
export function changeTrail(change: (view: AuditView) => AuditView): void {
  navigation.changeTrail(change);
}

// Back and Forward, and an address that somebody typed. Of the two events, the second comes later.
addEventListener("popstate", () => navigation.follow());
addEventListener("hashchange", () => navigation.follow());
addEventListener("click", followLink);

/** Follows a link within the page at once. A browser tells of it later only, when another click may have come. */
function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const address = link?.getAttribute("href") ?? "";
  if (!address.startsWith("#/") || !isPlain(event)) return;
  event.preventDefault();
  navigation.go(address);
}

/** Whether a click asks for nothing but the link itself: no other tab, no download. */
function isPlain(event: MouseEvent): boolean {
  const { button, altKey, ctrlKey, metaKey, shiftKey, defaultPrevented } = event;
  return button === 0 && ![altKey, ctrlKey, metaKey, shiftKey, defaultPrevented].includes(true);
}
