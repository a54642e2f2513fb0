import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import {
  addressAt,
  MIDDLE_BUTTON,
  openBeside,
  signIn,
  signInAndStay,
  useAdminPage,
  waitForSignIn,
} from "../../../support/browser/admin-page.ts";
import type { Tab } from "../../../support/browser/browser.ts";
import { hold } from "../../../support/browser/routes.ts";
import { until } from "../../../support/patience.ts";

const { server, openTab, signedIn, create } = await useAdminPage();

const MENU = 'new MouseEvent("contextmenu", { bubbles: true, button: 2 })';
const WITH_KEY = 'new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: true })';

/** The number of characters and entries that a tab stores where its own script finds them. */
async function stored(page: Page): Promise<unknown> {
  return await page.evaluate("sessionStorage.length + localStorage.length + name.length");
}

test.each([
  ["the middle button", MIDDLE_BUTTON],
  ["a key", WITH_KEY],
])("a token that is opened in another tab with %s needs no sign-in there", async (_, event) => {
  const tab = await signedIn();
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
});

test("an address that is copied from the menu of a link signs in once, and only in this browser", async () => {
  const tab = await signedIn();
  await tab.page.getByRole("row", { name: "First token" }).waitFor();
  // A headless browser shows no menu: this reads the address at the moment at which the menu does.
  const address = await addressAt(tab.page, "First token", MENU);
  expect(address).toMatch(/\?tab=[0-9a-f]{32}$/);
  const stranger = await openTab();
  await stranger.page.goto(address);
  await waitForSignIn(stranger.page);
  const first = await tab.context.newPage();
  await first.goto(address);
  await first.getByRole("heading", { name: "First token" }).waitFor();
  const second = await tab.context.newPage();
  await second.goto(address);
  await waitForSignIn(second);
  expect(second.url()).not.toContain("tab=");
});

test("another tab that was opened by its address alone is not signed in", async () => {
  const tab = await signedIn();
  const other = await tab.context.newPage();
  await other.goto("/#/tokens");
  await waitForSignIn(other);
});

test("signing out signs out in every tab that was opened from one another, and in no other", async () => {
  const tab = await signedIn();
  const apart = await signedIn();
  const beside = await openBeside(tab.page, "First token");
  await beside.getByRole("button", { name: "Sign out" }).click();
  await tab.page.getByText("You signed out in another tab.").waitFor();
  await waitForSignIn(beside);
  expect(await beside.getByText("You signed out in another tab.").count()).toBe(0);
  await apart.page.getByRole("link", { name: "Activity" }).click();
  await apart.page.getByRole("heading", { name: "Activity" }).waitFor();
});

test("a tab goes on with the token that another tab has put in the place of its own", async () => {
  const { token } = await create({ access: "write", description: "Of two tabs" });
  const { page } = await signedIn({ secret: token });
  const beside = await openBeside(page, "Of two tabs");
  await beside.getByRole("button", { name: "Rotate token" }).click();
  await beside.getByRole("radio", { name: "Not at all" }).check();
  await beside.getByRole("dialog").getByRole("button", { name: "Rotate token" }).click();
  const id = await shownId(beside);
  await page.locator(`a.whoami[href="#/tokens/${id}"]`).waitFor();
  await page.getByRole("button", { name: "Refresh the list" }).click();
  await page.locator(`a.token-link[href="#/tokens/${id}"]`).waitFor();
});

/** The id of the token with the secret that a page shows. */
async function shownId(page: Page): Promise<string> {
  const secret = String(await page.locator(".secret-text").textContent());
  return (await server.call("api-token/current", {}, secret)).json.id;
}

/** Two tabs of one session that stay signed in, the second one opened from the first. */
async function stayingTabs({ page }: Tab, secret = server.firstToken): Promise<readonly [Page, Page]> {
  await page.goto("/");
  await signInAndStay(page, secret);
  const beside = await openBeside(page, "First token");
  await beside.getByRole("heading", { name: "First token" }).waitFor();
  return [page, beside];
}

/** Lets a page's clock go ahead of the real one by `window.aheadMs`. */
const CLOCK = `{
  const real = Date.now.bind(Date);
  Date.now = () => real() + (window.aheadMs ?? 0);
}`;

/** The time of the last activity, in a tab that stays signed in. */
async function activeAt(page: Page): Promise<unknown> {
  return await page.evaluate("sessionStorage.getItem('publisher.active-at')");
}

test("work in one tab keeps the others signed in, and idleness ends all", async () => {
  const tab = await openTab();
  await tab.context.addInitScript(CLOCK);
  const pages = await stayingTabs(tab);
  const [page, beside] = pages;
  const setAhead = async (minutes: number) => {
    for (const each of pages) await each.evaluate(`window.aheadMs = ${minutes * 60_000}`);
  };
  await setAhead(29);
  const before = await activeAt(page);
  await beside.mouse.move(60, 60);
  await until(async () => (await activeAt(page)) !== before);
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
});

test("a tab that stays signed in is still of the same session after a reload", async () => {
  const [page, beside] = await stayingTabs(await openTab());
  for (const each of [page, beside]) {
    await each.reload();
    await each.getByRole("button", { name: "Sign out" }).waitFor();
  }
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForSignIn(beside);
});

test("a tab that was away while another signed out is signed out when it comes back", async () => {
  const [page, away] = await stayingTabs(await openTab());
  await away.goto("/swagger");
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForSignIn(page);
  await away.goBack();
  await away.getByText("You signed out in another tab.").waitFor();
  expect(await away.evaluate("sessionStorage.length + name.length")).toBe(0);
  // A new session is another one.
  await signIn(page, server.firstToken);
});

test("a tab that waits for the server while another signs out is signed out once it answers", async () => {
  const [page, waiting] = await stayingTabs(await openTab());
  const release = await hold(waiting, "api-token/current");
  await waiting.reload();
  await waiting.getByText("Signing in…").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForSignIn(page);
  release();
  await waiting.getByText("You signed out in another tab.").waitFor();
});

test("a tab that was away while another replaced its token goes on with the new one", async () => {
  const { token } = await create({ access: "write", description: "Kept" });
  const [page, away] = await stayingTabs(await openTab(), token);
  await away.goto("/swagger");
  await page.getByRole("link", { name: "Kept" }).last().click();
  await page.getByRole("button", { name: "Rotate token" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate token" }).click();
  const id = await shownId(page);
  await away.goBack();
  await away.locator(`a.whoami[href="#/tokens/${id}"]`).waitFor();
});

test("a link that was copied before signing out does not sign in as the next person", async () => {
  const tab = await signedIn();
  await tab.page.getByRole("row", { name: "First token" }).waitFor();
  const address = await addressAt(tab.page, "First token", MENU);
  await tab.page.getByRole("button", { name: "Sign out" }).click();
  await signIn(tab.page, server.firstToken);
  const other = await tab.context.newPage();
  await other.goto(address);
  await waitForSignIn(other);
});
