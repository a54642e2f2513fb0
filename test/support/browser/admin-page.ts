import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { RunningServer } from "../executable/executable.ts";
import { Tab } from "./browser.ts";

/** A tab with the admin page, signed in. */
export async function signedIn(
  browser: Browser,
  server: RunningServer,
  { secret = server.firstToken, ...options }: BrowserContextOptions & { readonly secret?: string } = {},
): Promise<Tab> {
  const tab = await Tab.open(browser, server.url, options);
  await tab.page.goto("/");
  await signIn(tab, secret);
  return tab;
}

/** Signs in on the page that a tab shows, and waits for what comes then. */
export async function signIn({ page }: Tab, secret: string): Promise<void> {
  await page.getByLabel("API token").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** The envelope of an error, as the API would send it. */
export function failure(code: string, message: string, data: object = {}): string {
  const error = { code, message, data, trace_id: "0123456789abcdef0123456789abcdef" };
  return JSON.stringify({ error });
}

/** A press of the middle button on a link, as an expression for a page. */
export const MIDDLE_BUTTON = 'new MouseEvent("auxclick", { bubbles: true, cancelable: true, button: 1 })';

/**
 * Opens the link to a token in another tab. This Chromium hangs at times where a click opens one, so this reads the
 * address at the moment at which the browser does.
 */
export async function openBeside(page: Page, name: string, event = MIDDLE_BUTTON): Promise<Page> {
  const address = await addressAt(page, name, event);
  const beside = await page.context().newPage();
  await beside.goto(address);
  return beside;
}

/** The address of the link to a token at the moment of an event, at which the browser reads it. */
export async function addressAt(page: Page, name: string, event: string): Promise<string> {
  await page.locator("a.token-link", { hasText: name }).waitFor();
  return await page.evaluate<string>(`(() => {
    const links = [...document.querySelectorAll("a.token-link")];
    const link = links.find(({ textContent }) => textContent.includes(${JSON.stringify(name)}));
    link.addEventListener("click", (event) => event.preventDefault(), { once: true });
    link.dispatchEvent(${event});
    return link.href;
  })()`);
}
