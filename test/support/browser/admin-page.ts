import type { Locator, Page } from "playwright-core";
import type { RunningServer } from "../executable/executable.ts";
import type { Tab } from "./browser.ts";
import { type BrowserTests, type TabOptions, useBrowser } from "./use-browser.ts";

export interface AdminTests extends BrowserTests {
  readonly signedIn: (options?: SignedInOptions) => Promise<Tab>;
  /** Creates a token. Returns the API's answer. */
  readonly create: (body: object, secret?: string) => Promise<Created>;
}

export interface Created {
  readonly id: string;
  readonly token: string;
}

export interface SignedInOptions extends TabOptions {
  /** The first token's if left out. */
  readonly secret?: string;
  /** The server to sign in at; the file's own if left out. */
  readonly at?: RunningServer;
  /** The address within the page to go to after signing in, as `#/activity`. */
  readonly place?: string;
}

/** A browser and a server for the tests of the admin page in the file that calls this. */
export async function useAdminPage(): Promise<AdminTests> {
  const tests = await useBrowser();
  const { server, openTab } = tests;
  const signedIn = async ({
    at = server,
    secret = at.firstToken,
    place,
    ...options
  }: SignedInOptions = {}) => {
    const tab = await openTab({ origin: at.url, ...options });
    await tab.page.goto("/");
    await signIn(tab.page, secret);
    if (place !== undefined) await tab.page.goto(`/${place}`);
    return tab;
  };
  const create = async (body: object, secret?: string) =>
    (await server.call("api-token/create", body, secret)).json;
  return { ...tests, signedIn, create };
}

/** Signs in on the page of a tab, and waits until the tab is signed in. */
export async function signIn(page: Page, secret: string): Promise<void> {
  await page.getByLabel("API token").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** The same, and lets the browser keep the token for the tab. */
export async function signInAndStay(page: Page, secret: string): Promise<void> {
  await page.getByLabel("API token").fill(secret);
  await page.getByRole("checkbox", { name: /Stay signed in/ }).check();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** Opens the dialog for a new token. */
export async function openForm(page: Page): Promise<Locator> {
  await page.getByRole("button", { name: "New token" }).click();
  return page.getByRole("dialog", { name: "New token" });
}

/** Waits for the dialog that shows a new secret. */
export async function secretDialog(page: Page): Promise<Locator> {
  const dialog = page.getByRole("dialog", { name: "Your new token" });
  await dialog.locator(".secret-text").waitFor();
  return dialog;
}

/** Creates a token by the form. Returns the dialog that shows its secret. */
export async function createByForm(page: Page, description = ""): Promise<Locator> {
  const form = await openForm(page);
  await form.getByLabel("Description").fill(description);
  await form.getByRole("button", { name: "Create token" }).click();
  return await secretDialog(page);
}

/** Confirms that a shown secret is stored, and closes its dialog. */
export async function closeSecret(dialog: Locator): Promise<void> {
  await dialog.getByRole("checkbox", { name: "I have stored the token" }).check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await dialog.waitFor({ state: "detached" });
}

/** Waits until all of an element lies in the visible part of its dialog. */
export async function expectInView(page: Page, element: Locator): Promise<void> {
  await element.waitFor();
  const handle = await element.elementHandle();
  await page.waitForFunction((shown) => {
    const [inner, outer] = [shown, shown?.closest("dialog")].map((each) => each?.getBoundingClientRect());
    return inner && outer && inner.top >= outer.top && inner.bottom <= outer.bottom + 1;
  }, handle);
}

/** Waits until a page asks for a sign-in. */
export async function waitForSignIn(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Sign in to Publisher" }).waitFor();
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
