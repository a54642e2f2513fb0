import { type } from "../../src/http/body/arktype.ts";

const Operation = type({
  operationId: "string",
  summary: "string",
  tags: "string[]",
  "security?": "object[]",
});

const Document = type({
  info: { title: "string", version: "string", description: "string" },
  tags: type({ name: "string", description: "string" }).array(),
  paths: { "[string]": { "[string]": Operation } },
});

interface Described {
  readonly method: string;
  readonly path: string;
  readonly operation: typeof Operation.infer;
}

/**
 * The HTML of the page until Swagger UI runs: the introduction and every operation, in the elements and
 * classes of Swagger UI, so that nothing moves when it takes over. Each link leads to where Swagger UI will open it.
 */
export function outline(document: unknown): string {
  const { info, tags, paths } = Document.assert(document);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const sections = tags.map((tag) =>
    tagSection(
      tag,
      operations.filter(({ operation }) => operation.tags.includes(tag.name)),
    ),
  );
  return `<div class="swagger-ui">${introduction(info)}${authorize()}${filter()}<main class="wrapper"><section class="block col-12">${sections.join("")}</section></main></div>`;
}

function introduction({ title, version, description }: typeof Document.infer.info): string {
  return (
    `<div class="information-container wrapper" role="region" aria-label="Introduction"><section class="block col-12"><div class="info">` +
    `<hgroup class="main"><h1 class="title">${escaped(title)}<span><small><pre class="version"> ${escaped(version)} </pre></small>` +
    `<small class="version-stamp"><pre class="version">OAS 3.1</pre></small></span></h1>` +
    `<a class="link" href="swagger/json" target="_blank" rel="noopener noreferrer"><span class="url"> swagger/json</span></a></hgroup>` +
    `<div class="info__description description"><div class="renderedMarkdown">${Bun.markdown.html(description)}</div></div>` +
    `<div class="info__contact"></div><div class="info__license"><div class="info__license__url">` +
    `<a class="link" href="https://spdx.org/licenses/MIT.html" target="_blank" rel="noopener noreferrer">MIT</a>` +
    `</div></div></div></section></div>`
  );
}

function authorize(): string {
  return (
    `<div class="scheme-container"><section class="schemes wrapper block col-12"><div class="auth-wrapper">` +
    `<button class="btn authorize unlocked" type="button" data-becomes=".auth-wrapper .authorize"><span>Authorize</span>${icon("unlocked")}</button>` +
    `</div></section></div>`
  );
}

function filter(): string {
  return (
    `<div class="filter-container wrapper" role="search"><input class="operation-filter-input" type="search" autocomplete="off" spellcheck="false" ` +
    `aria-label="Filter operations" placeholder="Filter operations, e.g. revoke" data-becomes=".operation-filter-input"></div>`
  );
}

function tagSection(
  { name, description }: (typeof Document.infer.tags)[number],
  operations: readonly Described[],
) {
  return (
    `<div class="opblock-tag-section is-open"><h3 class="opblock-tag" aria-level="2"><span>${escaped(name)}</span>` +
    `<small><div class="renderedMarkdown"><p>${escaped(description)}</p></div></small>${icon("up")}</h3>` +
    `<div class="no-margin"><div class="operation-tag-content">${operations.map(operationBlock).join("")}</div></div></div>`
  );
}

function operationBlock({ method, path, operation }: Described): string {
  const { operationId, summary, tags, security } = operation;
  const isLocked = security === undefined || security.length > 0;
  const id = `operations-${tags[0]}-${operationId}`;
  return (
    `<span><div class="opblock opblock-${method}"><div class="opblock-summary">` +
    `<a class="opblock-summary-control" href="#/${tags[0]}/${operationId}" data-becomes="#${id} .opblock-summary-control">` +
    `<span class="opblock-summary-method">${method.toUpperCase()}</span>` +
    `<div class="opblock-summary-path-description-wrapper"><span class="opblock-summary-path">${broken(path)}</span>` +
    `<div class="opblock-summary-description">${escaped(summary)}</div></div></a>` +
    `${isLocked ? `<span class="authorization__btn">${icon("unlocked")}</span>` : ""}` +
    `<span class="opblock-control-arrow">${icon("down")}</span></div></div></span>`
  );
}

/** A path that may be broken before each slash, as Swagger UI has it. */
function broken(path: string): string {
  return escaped(path).replaceAll(/(?<!^)\//g, "<wbr>/");
}

const ICONS = {
  unlocked:
    "M15.8 8H14V5.6C14 2.703 12.665 1 10 1 7.334 1 6 2.703 6 5.6V6h2v-.801C8 3.754 8.797 3 10 3c1.203 0 2 .754 2 2.199V8H4c-.553 0-1 .646-1 1.199V17c0 .549.428 1.139.951 1.307l1.197.387C5.672 18.861 6.55 19 7.1 19h5.8c.549 0 1.428-.139 1.951-.307l1.196-.387c.524-.167.953-.757.953-1.306V9.199C17 8.646 16.352 8 15.8 8z",
  up: "M4 14 10 8l6 6",
  down: "M4 7l6 6 6-6",
};

function icon(name: keyof typeof ICONS): string {
  const paint =
    name === "unlocked" ? `fill="currentColor"` : `fill="none" stroke="currentColor" stroke-width="1.5"`;
  const kind = name === "unlocked" ? "unlocked" : "arrow";
  return `<svg class="${kind}" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false"><path ${paint} d="${ICONS[name]}"/></svg>`;
}

function escaped(text: string): string {
  return Bun.escapeHTML(text);
}
