import type { Page } from "playwright-core";

/** A step of a person. Fields are found by their labels or aria-labels, everything else by a CSS selector. */
export type Step =
  | { readonly choose: string; readonly value: string }
  | { readonly type: string; readonly text: string }
  | { readonly blur: string }
  | { readonly check: string }
  | { readonly click: string; readonly index?: number }
  | { readonly submit: string };

/**
 * Does several things in one task of the page, so that nothing is drawn and no event of another kind comes between
 * them: as on a machine that is so slow that everything comes at once.
 */
export async function atOnce(page: Page, ...steps: readonly Step[]): Promise<void> {
  await page.evaluate(`(${doSteps})(${JSON.stringify(steps)})`);
}

/** Runs in the page. */
const doSteps = `(steps) => {
  const field = (name) => {
    const scope = document.querySelector("dialog[open]") ?? document;
    const isNamed = (label) => label.textContent.trim() === name;
    const label = [...scope.querySelectorAll("label[for]")].find(isNamed);
    const found = label ? document.getElementById(label.htmlFor) : scope.querySelector("[aria-label='" + name + "']");
    if (!found) throw new Error("no field is called " + name);
    return found;
  };
  const element = (selector, index = 0) => {
    const found = document.querySelectorAll(selector)[index];
    if (!found) throw new Error("nothing matches " + selector);
    return found;
  };
  const fire = (target, ...types) => {
    for (const type of types) target.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
  };
  for (const step of steps) {
    if ("choose" in step) {
      const target = field(step.choose);
      target.value = step.value;
      if (target.value !== step.value) throw new Error(step.choose + " does not offer " + step.value);
      fire(target, "input", "change");
    } else if ("type" in step) {
      const target = field(step.type);
      target.value = step.text;
      fire(target, "input", "change");
    } else if ("blur" in step) fire(field(step.blur), "blur");
    else if ("check" in step) field(step.check).click();
    else if ("submit" in step) fire(element(step.submit), "submit");
    else element(step.click, step.index).click();
  }
}`;
