import type { System } from "./system.ts";

type Attributes = Readonly<Record<string, string>>;

/** Attributes that Swagger UI leaves out, and that screen readers and keyboards need. */
const PARTS: readonly (readonly [selector: string, attributes: Attributes])[] = [
  [".information-container", { role: "region", "aria-label": "Introduction" }],
  [".filter-container", { role: "search" }],
  ["h3.opblock-tag, .modal-ux-header h3, section.models > h4", { "aria-level": "2" }],
  [".opblock-body h4, .auth-container h4", { "aria-level": "3" }],
  [".opblock-body h5, .auth-container h6", { "aria-level": "4" }],
  ["#swagger-ui .modal-ux", { role: "dialog", "aria-modal": "true", "aria-label": "Authorize" }],
  [".close-modal", { "aria-label": "Close" }],
  [".auth-container .btn.authorize", { "aria-label": "Authorize" }],
  ['.auth-container [aria-label="Remove authorization"]', { "aria-label": "Logout" }],
  [".opblock-section-request-body .examples-select-element", { "aria-label": "Example of a body" }],
  [".responses-table .examples-select-element", { "aria-label": "Example of an answer" }],
  ["textarea.body-param__text", { "aria-label": "Body" }],
  // Swagger UI makes each a landmark, of which one page then has many without a name.
  ["table.responses-table", { role: "table" }],
  [".responses-table .col_header", { role: "columnheader" }],
  ["pre.microlight, pre.curl", { tabindex: "0" }],
];

/** Adds these attributes whenever Swagger UI shows something new. */
export function completeParts(): void {
  new MutationObserver(complete).observe(document.body, { childList: true, subtree: true });
}

function complete(): void {
  for (const [selector, attributes] of PARTS)
    for (const part of document.querySelectorAll(selector)) set(part, attributes);
  for (const field of document.querySelectorAll("tr[data-param-name] :is(select, input)")) {
    const name = field.closest<HTMLElement>("tr")?.dataset.paramName;
    if (name !== undefined) set(field, { "aria-label": name });
  }
}

function set(part: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes))
    if (part.getAttribute(name) !== value) part.setAttribute(name, value);
}

interface DeepLinkProps {
  readonly text: unknown;
}

/** Shows names of operations as text: Swagger UI makes them links within a button, which screen readers cannot reach. */
export const plainNames = () => ({
  wrapComponents: {
    DeepLink: (_: unknown, { React }: System) =>
      function PlainName({ text }: DeepLinkProps) {
        return React.createElement("span", null, text);
      },
  },
});
