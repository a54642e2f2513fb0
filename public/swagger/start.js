/** Swagger UI has dark colors of its own, which it does not choose by itself. */
const dark = matchMedia("(prefers-color-scheme: dark)");
const applyColors = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", applyColors);
applyColors();

/** A token is not to be read over a shoulder, nor offered to the next person by the browser. */
const hiddenTokens = () => ({
  wrapComponents: {
    Input: (Input, { React }) =>
      function TokenInput(props) {
        const isToken = props.id === "auth-bearer-value";
        const hidden = { type: "password", autoComplete: "off", spellCheck: false };
        return React.createElement(Input, isToken ? { ...props, ...hidden } : props);
      },
  },
});

window.SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "/swagger/json",
  plugins: [hiddenTokens],
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
