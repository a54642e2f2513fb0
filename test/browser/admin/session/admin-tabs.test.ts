import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import {
  addressAt,
  MIDDLE_BUTTON,
  openBeside,
  signedIn,
  signIn,
} from "../../../support/browser/admin-page.ts";
import { launchBrowser, Tab, TEST_LIMIT_MS } from "../../../support/browser/browser.ts";
import { RunningServer } from "../../../support/executable/executable.ts";
import { PATIENCE_MS } from "../../../support/patience.ts";

setDefaultTimeout(TEST_LIMIT_MS);

let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), RunningServer.start()]);
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

const MENU = 'new MouseEvent("contextmenu", { bubbles: true, button: 2 })';
const WITH_KEY = 'new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: true })';

/** What a tab's own script can find of what it keeps. */
async function stored(page: Page): Promise<unknown> {
  return await page.evaluate("sessionStorage.length + localStorage.length + name.length");
}

async function waitForSignIn(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Sign in to Publisher" }).waitFor();
}

test.each([
  ["the middle button", MIDDLE_BUTTON],
  ["a key", WITH_KEY],
])("a token that is opened in another tab with %s needs no sign-in there", async (_, event) => {
  await using tab = await signedIn(browser, server);
  const beside = await openBeside(tab.page, "First token", event);
  await beside.getByRole("heading", { name: "First token" }).waitFor();
  expect(beside.url()).toMatch(/#\/tokens\/atok_\w+$/);
  expect(await beside.evaluate("opener")).toBeNull();
  expect([await stored(beside), await stored(tab.page)]).toEqual([0, 0]);
  // The link itself is as before.
  const link = tab.page.locator("a.token-link", { hasText: "First token" });
  expect(await link.getAttribute("href")).toMatch(/^#\/tokens\/atok_\w+$/);
  await beside.reload();
  await waitForSignIn(beside);
  expect(tab.faults).toEqual([]);
});

test("an address that is copied from the menu of a link signs in once, and only in this browser", async () => {
  await using tab = await signedIn(browser, server);
  await tab.page.getByRole("row", { name: "First token" }).waitFor();
  // A headless browser shows no menu: this reads the address at the moment at which the menu does.
  const address = await addressAt(tab.page, "First token", MENU);
  expect(address).toMatch(/\?tab=[0-9a-f]{32}$/);
  await using stranger = await Tab.open(browser, server.url);
  await stranger.page.goto(address);
  await waitForSignIn(stranger.page);
  const first = await tab.context.newPage();
  await first.goto(address);
  await first.getByRole("heading", { name: "First token" }).waitFor();
  const second = await tab.context.newPage();
  await second.goto(address);
  await waitForSignIn(second);
  expect(second.url()).not.toContain("tab=");
  expect([...tab.faults, ...stranger.faults]).toEqual([]);
});

test("another tab that was opened by its address alone is not signed in", async () => {
  await using tab = await signedIn(browser, server);
  const other = await tab.context.newPage();
  await other.goto("/#/tokens");
  await waitForSignIn(other);
  expect(tab.faults).toEqual([]);
});

test("signing out signs out in every tab that was opened from one another, and in no other", async () => {
  await using tab = await signedIn(browser, server);
  await using apart = await signedIn(browser, server);
  const beside = await openBeside(tab.page, "First token");
  await beside.getByRole("button", { name: "Sign out" }).click();
  await tab.page.getByText("You signed out in another tab.").waitFor();
  await waitForSignIn(beside);
  expect(await beside.getByText("You signed out in another tab.").count()).toBe(0);
  await apart.page.getByRole("link", { name: "Activity" }).click();
  await apart.page.getByRole("heading", { name: "Activity" }).waitFor();
  expect(tab.faults).toEqual([]);
});

test("a tab goes on with the token that another tab has put in the place of its own", async () => {
  const create = { access: "write", description: "Of two tabs" };
  const { token } = (await server.call("api-token/create", create)).json;
  await using tab = await signedIn(browser, server, { secret: token });
  const { page } = tab;
  const beside = await openBeside(tab.page, "Of two tabs");
  await beside.getByRole("button", { name: "Rotate token" }).click();
  await beside.getByRole("radio", { name: "Not at all" }).check();
  await beside.getByRole("dialog").getByRole("button", { name: "Rotate token" }).click();
  const shown = beside.getByRole("dialog", { name: "Your new token" });
  const secret = String(await shown.locator(".secret-text").textContent());
  const { id } = (await server.call("api-token/current", {}, secret)).json;
  await page.locator(`a.whoami[href="#/tokens/${id}"]`).waitFor();
  await page.getByRole("button", { name: "Refresh the list" }).click();
  await page.locator(`a.token-link[href="#/tokens/${id}"]`).waitFor();
  expect(tab.faults).toEqual([]);
});

/** Lets a page's clock go ahead of the real one by `window.aheadMs`. */
const CLOCK = `{
  const real = Date.now.bind(Date);
  Date.now = () => real() + (window.aheadMs ?? 0);
}`;

/** When a tab that stays signed in last heard of somebody at work. */
async function lastSign(page: Page): Promise<unknown> {
  return await page.evaluate("sessionStorage.getItem('publisher.active-at')");
}

test("work in one tab keeps the others signed in, and idleness ends all", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page, context } = tab;
  await context.addInitScript(CLOCK);
  await page.goto("/");
  await page.getByLabel("API token").fill(server.firstToken);
  await page.getByRole("checkbox", { name: /Stay signed in/ }).check();
  await page.getByRole("button", { name: "Sign in" }).click();
  const beside = await openBeside(tab.page, "First token");
  await beside.getByRole("heading", { name: "First token" }).waitFor();
  const pages = [page, beside];
  const setAhead = async (minutes: number) => {
    for (const each of pages) await each.evaluate(`window.aheadMs = ${minutes * 60_000}`);
  };
  await setAhead(29);
  const before = await lastSign(page);
  await beside.mouse.move(60, 60);
  const deadline = Date.now() + PATIENCE_MS;
  while ((await lastSign(page)) === before && Date.now() < deadline) await Bun.sleep(20);
  expect(await lastSign(page)).not.toBe(before);
  // A movement after 30 idle minutes would sign out.
  await setAhead(58);
  for (const each of pages) {
    await each.mouse.move(70, 70);
    expect(await each.getByRole("button", { name: "Sign out" }).isVisible()).toBe(true);
  }
  await setAhead(89);
  for (const each of pages) {
    await each.mouse.move(80, 80);
    await each.getByText("You were signed out after 30 minutes without activity.").waitFor();
    expect(await stored(each)).toBe(0);
  }
  expect(tab.faults).toEqual([]);
});

test("a tab that stays signed in is still of the same session after a reload", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await page.goto("/");
  await page.getByLabel("API token").fill(server.firstToken);
  await page.getByRole("checkbox", { name: /Stay signed in/ }).check();
  await page.getByRole("button", { name: "Sign in" }).click();
  const beside = await openBeside(tab.page, "First token");
  await beside.getByRole("heading", { name: "First token" }).waitFor();
  for (const each of [page, beside]) {
    await each.reload();
    await each.getByRole("button", { name: "Sign out" }).waitFor();
  }
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForSignIn(beside);
  expect(tab.faults).toEqual([]);
});

/** Two tabs of one session that stay signed in, the second one opened from the first. */
async function keptTabs(tab: Tab, secret: string): Promise<readonly [Page, Page]> {
  await tab.page.goto("/");
  await tab.page.getByLabel("API token").fill(secret);
  await tab.page.getByRole("checkbox", { name: /Stay signed in/ }).check();
  await tab.page.getByRole("button", { name: "Sign in" }).click();
  const beside = await openBeside(tab.page, "First token");
  await beside.getByRole("heading", { name: "First token" }).waitFor();
  return [tab.page, beside];
}

test("a tab that was away while another signed out is signed out when it comes back", async () => {
  await using tab = await Tab.open(browser, server.url);
  const [page, away] = await keptTabs(tab, server.firstToken);
  await away.goto("/swagger");
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForSignIn(page);
  await away.goBack();
  await away.getByText("You signed out in another tab.").waitFor();
  expect(await away.evaluate("sessionStorage.length + name.length")).toBe(0);
  // A new session is another one.
  await signIn(tab, server.firstToken);
  expect(tab.faults).toEqual([]);
});

test("a tab that waits for the server while another signs out is signed out once it answers", async () => {
  await using tab = await Tab.open(browser, server.url);
  const [page, waiting] = await keptTabs(tab, server.firstToken);
  const held = Promise.withResolvers<void>();
  await waiting.route("**/api-token/current", async (route) => {
    await held.promise;
    await route.continue();
  });
  await waiting.reload();
  await waiting.getByText("Signing in…").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForSignIn(page);
  held.resolve();
  await waiting.getByText("You signed out in another tab.").waitFor();
  expect(tab.faults).toEqual([]);
});

test("a tab that was away while another replaced its token goes on with the new one", async () => {
  const { token } = (await server.call("api-token/create", { access: "write", description: "Kept" })).json;
  await using tab = await Tab.open(browser, server.url);
  const [page, away] = await keptTabs(tab, token);
  await away.goto("/swagger");
  await page.getByRole("link", { name: "Kept" }).last().click();
  await page.getByRole("button", { name: "Rotate token" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate token" }).click();
  const shown = page.getByRole("dialog", { name: "Your new token" });
  const secret = String(await shown.locator(".secret-text").textContent());
  const { id } = (await server.call("api-token/current", {}, secret)).json;
  await away.goBack();
  await away.locator(`a.whoami[href="#/tokens/${id}"]`).waitFor();
  expect(tab.faults).toEqual([]);
});

test("a link that was copied before signing out does not sign in as the next person", async () => {
  await using tab = await signedIn(browser, server);
  await tab.page.getByRole("row", { name: "First token" }).waitFor();
  const address = await addressAt(tab.page, "First token", MENU);
  await tab.page.getByRole("button", { name: "Sign out" }).click();
  await signIn(tab, server.firstToken);
  const other = await tab.context.newPage();
  await other.goto(address);
  await waitForSignIn(other);
  expect(tab.faults).toEqual([]);
});
