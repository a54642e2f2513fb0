import type { Browser, BrowserContextOptions } from "playwright-core";
import { Tab } from "./browser.ts";
import type { RunningServer } from "./executable.ts";

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
export function failure(code: string, message: string): string {
  const error = { code, message, data: {}, trace_id: "0123456789abcdef0123456789abcdef" };
  return JSON.stringify({ error });
}
