import type { System } from "./system.ts";

/** The outline of the page, which is shown until Swagger UI is. */
export class Outline {
  readonly #element = document.getElementById("outline");
  /** The element that was pressed while Swagger UI loaded. */
  #pressed: Element | null = null;

  constructor() {
    this.#element?.addEventListener("click", ({ target }) => {
      this.#pressed = target instanceof Element ? target.closest("button") : null;
    });
  }

  /** Shows Swagger UI in place of the outline, with its focus, its filter and its pressed button. */
  giveWay(system: System): void {
    const focused = document.activeElement;
    const becomes = focused instanceof HTMLElement ? focused.dataset.becomes : undefined;
    const words = this.#element?.querySelector("input")?.value ?? "";
    document.getElementById("swagger-ui")?.removeAttribute("hidden");
    this.#element?.remove();
    if (words !== "") system.layoutActions.updateFilter(words);
    if (location.hash !== "") system.layoutActions.parseDeepLinkHash(decodeURIComponent(location.hash));
    if (this.#pressed !== null)
      system.authActions.showDefinitions(system.authSelectors.definitionsToAuthorize());
    else if (becomes !== undefined)
      document.querySelector<HTMLElement>(becomes)?.focus({ preventScroll: true });
  }

  /** Says that Swagger UI did not come. The outline stays. */
  tellFailure(): void {
    const told = document.createElement("p");
    told.role = "alert";
    told.className = "failed";
    told.textContent =
      "The rest of this page did not load. Check the connection to the server, then reload the page.";
    this.#element?.prepend(told);
  }
}
