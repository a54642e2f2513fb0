import { secretFields } from "./secret-fields.ts";
import { hiddenSecrets } from "./shown-requests.ts";
import { keepFieldsUnremembered } from "./unremembered-fields.ts";

declare global {
  interface Window {
    /** Swagger UI, which its own script puts there. */
    readonly SwaggerUIBundle: (settings: object) => unknown;
  }
}

/** Swagger UI has dark colors of its own, which it does not choose by itself. */
const dark = matchMedia("(prefers-color-scheme: dark)");
const applyColors = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", applyColors);
applyColors();

keepFieldsUnremembered();

window.SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "swagger/json",
  plugins: [secretFields, hiddenSecrets],
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
