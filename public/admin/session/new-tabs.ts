import { session } from "./session.ts";
import { issueTicket, withTicket } from "./session-transfer.ts";
import { transferableSession } from "./signing.ts";

// These open a link in another tab: a click with a key, the middle button, and the menu of the right one.
addEventListener("click", takeSessionAlong);
addEventListener("auxclick", takeSessionAlong);
addEventListener("contextmenu", takeSessionAlong);

/** Puts a ticket into the address of a link for as long as the browser reads it. */
function takeSessionAlong(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const address = link?.getAttribute("href") ?? "";
  if (!address.startsWith("#/") || !opensElsewhere(event) || session.value.state !== "signed-in") return;
  link?.setAttribute("href", withTicket(address, issueTicket(transferableSession())));
  setTimeout(() => link?.setAttribute("href", address));
}

function opensElsewhere({ type, button, ctrlKey, metaKey, shiftKey }: MouseEvent): boolean {
  if (type === "click") return ctrlKey || metaKey || shiftKey;
  return type === "contextmenu" || button === 1;
}
