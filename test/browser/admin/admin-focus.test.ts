import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { signedIn, signIn } from "../../support/browser/admin-page.ts";
import { launchBrowser, Tab, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { PATIENCE_MS } from "../../support/patience.ts";

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

test("the focus is on the heading after signing in, and after a token that is not there", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.locator("h1:focus", { hasText: "API tokens" }).waitFor();
  await page.goto("/#/tokens/atok_nobody");
  await page.locator("h1:focus", { hasText: "This token cannot be shown" }).waitFor();
  await page.getByRole("link", { name: "All tokens" }).click();
  await page.locator("h1:focus", { hasText: "API tokens" }).waitFor();

  await using other = await Tab.open(browser, server.url);
  await other.page.goto("/#/activity");
  await signIn(other, server.firstToken);
  await other.page.locator("h1:focus", { hasText: "Activity" }).waitFor();
  expect([...tab.faults, ...other.faults]).toEqual([]);
});

test("Back gives the focus to the token that was opened", async () => {
  for (const description of ["Opened", "Beside it"])
    await server.call("api-token/create", { access: "read", description });
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  for (const back of [
    async () => await page.goBack(),
    async () => await page.getByRole("link", { name: "All tokens" }).press("Enter"),
  ]) {
    await page.getByRole("link", { name: "Opened" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("h1:focus", { hasText: "Opened" }).waitFor();
    await back();
    await page.locator("a:focus", { hasText: "Opened" }).waitFor();
  }
  expect(tab.faults).toEqual([]);
});

test("a token that comes late leaves the focus where somebody has put it meanwhile", async () => {
  const { id } = (await server.call("api-token/create", { access: "read", description: "Late" })).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("banner").getByRole("link", { name: "First token" }).click();
  await page.locator("h1:focus", { hasText: "First token" }).waitFor();
  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/get", async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.goto(`/#/tokens/${id}`);
  await page.getByText("Loading the token").waitFor();
  await page.getByRole("link", { name: "All tokens" }).focus();
  held.resolve();
  await page.getByRole("region", { name: "History" }).getByText("Created").waitFor();
  await page.locator("a:focus", { hasText: "All tokens" }).waitFor();
  expect(tab.faults).toEqual([]);
});

test("Escape does not throw away a form that was filled in", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  const form = page.getByRole("dialog", { name: "New token" });
  const question = form.getByRole("alertdialog", { name: "Discard what you entered?" });
  await page.getByRole("button", { name: "New token" }).click();
  await form.waitFor();
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });

  await page.getByRole("button", { name: "New token" }).click();
  const description = form.getByRole("textbox", { name: "Description" });
  await description.fill("Typed with care");
  await page.keyboard.press("Escape");
  await question.waitFor();
  await page.locator("button:focus", { hasText: "Keep editing" }).waitFor();
  for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press("Escape");
  expect(await description.inputValue()).toBe("Typed with care");
  await question.getByRole("button", { name: "Keep editing" }).click();
  await question.waitFor({ state: "detached" });
  await page.locator("dialog input:focus").waitFor();
  await form.getByRole("button", { name: "Close" }).click();
  await question.getByRole("button", { name: "Discard" }).click();
  await form.waitFor({ state: "detached" });
  await page.locator("button:focus", { hasText: "New token" }).waitFor();

  await page.getByRole("link", { name: "First token" }).first().click();
  for (const [button, choice] of [
    ["Edit", "30 days"],
    ["Rotate token", "7 days"],
  ] as const) {
    await page.getByRole("button", { name: button }).click();
    await page.getByRole("dialog").getByRole("radio", { name: choice }).last().check();
    await page.keyboard.press("Escape");
    await page.getByRole("alertdialog").getByRole("button", { name: "Discard" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
  expect(tab.faults).toEqual([]);
});

test("what is copied in a dialog is said inside of it, each time", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("button", { name: "Create token" }).click();
  const shown = page.getByRole("dialog", { name: "Your new token" });
  const said = shown.locator("[aria-live=polite]").last();
  await shown.waitFor();
  // While the clock stands still, the button does not go back to its first words.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + PATIENCE_MS);
  await shown.getByRole("button", { name: "Copy token" }).click();
  await said.getByText("Copied token").waitFor();
  await page.evaluate("document.querySelector('dialog > [aria-live=polite] p').textContent = 'said before'");
  await shown.getByRole("button", { name: "Copied" }).click();
  await said.getByText("Copied token").waitFor();
  await page.clock.runFor(3000);
  await shown.getByRole("button", { name: "Copy token" }).waitFor();
  await shown.getByRole("button", { name: "Done" }).click();
  expect(tab.faults).toEqual([]);
});
