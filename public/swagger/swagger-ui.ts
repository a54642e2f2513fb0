import { plainNames } from "./accessible-parts.ts";
import { checkedTokens } from "./checked-token.ts";
import { exampleIds } from "./example-ids.ts";
import { operationFilter } from "./operation-filter.ts";
import { pastedTokens } from "./pasted-token.ts";
import { secretFields } from "./secret-fields.ts";
import { sentByPage } from "./sent-requests.ts";
import { hiddenSecrets } from "./shown-requests.ts";
import type { System } from "./system.ts";
import { Outline } from "./takeover.ts";

declare global {
  interface Window {
    /** Swagger UI, which its own script puts there. */
    readonly SwaggerUIBundle: (settings: object) => System;
  }
}

/** Brings Swagger UI into the browser's cache, without running it. If that fails, it is loaded when it is needed. */
export function fetchAhead(bundle: string): void {
  fetch(bundle, { priority: "low" }).catch(() => {});
}

/** Loads Swagger UI, and shows it in the place of the outline once it is there. */
export function startSwaggerUI(bundle: string): void {
  const outline = new Outline();
  const script = document.createElement("script");
  script.src = bundle;
  script.addEventListener("load", () => run(outline));
  script.addEventListener("error", () => outline.tellFailure());
  document.head.append(script);
}

function run(outline: Outline): void {
  const system = window.SwaggerUIBundle({
    dom_id: "#swagger-ui",
    url: "swagger/json",
    // Of two that change the same, the later one comes first: a token is bare before anything is asked with it.
    plugins: [
      secretFields,
      hiddenSecrets,
      exampleIds,
      checkedTokens,
      pastedTokens,
      operationFilter,
      plainNames,
    ],
    onComplete: () => outline.giveWay(system),
    requestInterceptor: sentByPage,
    filter: true,
    // Of its themes this one has enough contrast.
    syntaxHighlight: { theme: "obsidian" },
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    defaultModelsExpandDepth: 0,
    // A token lives as long as this page does, and no longer.
    persistAuthorization: false,
    // The validator is a service elsewhere, and would be told the address of this server.
    validatorUrl: null,
    // An address must not be able to make this page show, and send tokens to, another server.
    queryConfigEnabled: false,
  });
}
