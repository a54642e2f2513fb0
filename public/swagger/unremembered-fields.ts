const REMEMBERED = "input:not([autocomplete]), textarea:not([autocomplete])";

/** Keeps the browser from writing typed text to disk, where it would restore the page from: bodies can have tokens. */
export function keepFieldsUnremembered(): void {
  new MutationObserver(() => {
    for (const field of document.querySelectorAll(REMEMBERED)) field.setAttribute("autocomplete", "off");
  }).observe(document.body, { childList: true, subtree: true });
}
