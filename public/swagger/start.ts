import { completeParts } from "./accessible-parts.ts";
import { guardDialog } from "./authorize-dialog.ts";
import { onFirstUse } from "./first-use.ts";
import { fetchAhead, startSwaggerUI } from "./swagger-ui.ts";

const FETCH_AHEAD_MS = 1_000;

const bundle = document.currentScript?.dataset.swaggerUi ?? "";

applyColors();
keepFieldsUnremembered();
completeParts();
guardDialog();
onFirstUse(() => startSwaggerUI(bundle));
// The visible page loads first.
addEventListener("load", () => setTimeout(() => fetchAhead(bundle), FETCH_AHEAD_MS));

/** Swagger UI has dark colors of its own, which it does not choose by itself. */
function applyColors(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", apply);
  apply();
}

const REMEMBERED = "input:not([autocomplete]), textarea:not([autocomplete])";

/** Keeps the browser from writing typed text to disk, where it would restore the page from: bodies can have tokens. */
function keepFieldsUnremembered(): void {
  new MutationObserver(() => {
    for (const field of document.querySelectorAll(REMEMBERED)) field.setAttribute("autocomplete", "off");
  }).observe(document.body, { childList: true, subtree: true });
}
