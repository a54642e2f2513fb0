const DIALOG = "#swagger-ui .dialog-ux";
const MAIN_OPENER = "#swagger-ui .auth-wrapper > .authorize";
const OPENERS = ".auth-wrapper > .authorize, .authorization__btn";

/**
 * Keeps the focus in the Authorize dialog while it is open, and gives it back to the button that opened it, as
 * https://www.w3.org/WAI/ARIA/apg/patterns/dialog-modal/ asks.
 */
export function guardDialog(): void {
  const focus = new DialogFocus();
  addEventListener("click", ({ target }) => focus.rememberOpener(target), { capture: true });
  addEventListener("focusin", ({ target }) => focus.rememberPart(target));
  new MutationObserver(() => focus.follow()).observe(document.body, { childList: true, subtree: true });
}

class DialogFocus {
  #isOpen = false;
  #opener: HTMLElement | null = null;
  /** The part of the dialog that had the focus last: each way to authorize has one. */
  #part = 0;

  rememberOpener(clicked: EventTarget | null): void {
    if (!(clicked instanceof Element) || clicked.closest(DIALOG) !== null) return;
    this.#opener = clicked.closest<HTMLElement>(OPENERS);
  }

  rememberPart(focused: EventTarget | null): void {
    const dialog = focused instanceof Element ? focused.closest(DIALOG) : null;
    if (dialog !== null) this.#part = partsOf(dialog).findIndex((part) => part.matches(":focus-within"));
  }

  /** Looks whether the page has opened or closed the dialog, or changed it. */
  follow(): void {
    const dialog = document.querySelector(DIALOG);
    if (dialog !== null) this.#hold(dialog);
    else if (this.#isOpen) this.#release();
  }

  /** Swagger UI replaces the focused element when somebody authorizes or logs out. */
  #hold(dialog: Element): void {
    this.#isOpen = true;
    for (const other of outside(dialog)) other.toggleAttribute("inert", true);
    if (dialog.contains(document.activeElement)) return;
    const part = partsOf(dialog)[this.#part] ?? dialog;
    part.querySelector<HTMLElement>("input, button")?.focus();
  }

  #release(): void {
    this.#isOpen = false;
    this.#part = 0;
    for (const other of document.querySelectorAll("[inert]")) other.removeAttribute("inert");
    // The outline's button is gone, and so may be an operation's.
    const opener = this.#opener?.isConnected
      ? this.#opener
      : document.querySelector<HTMLElement>(MAIN_OPENER);
    opener?.focus({ preventScroll: true });
  }
}

function partsOf(dialog: Element): readonly Element[] {
  return [...dialog.querySelectorAll(".auth-container")];
}

/** Everything on the page that is neither in an element nor around it. */
function outside(element: Element): readonly Element[] {
  const parent = element.parentElement;
  if (parent === null || element === document.body) return [];
  const siblings = [...parent.children].filter((child) => child !== element);
  return [...siblings, ...outside(parent)];
}
