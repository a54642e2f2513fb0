import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { failure, signedIn, signIn } from "../../support/browser/admin-page.ts";
import { launchBrowser, Tab, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import { RunningServer } from "../../support/executable/executable.ts";

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

test("sign in, create, copy, use, revoke, and be locked out", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;

  await page.getByRole("button", { name: "New token" }).click();
  const form = page.getByRole("dialog", { name: "New token" });
  expect(await form.getByRole("radio", { name: "Read" }).isChecked()).toBe(true);
  expect(await form.getByRole("radio", { name: "90 days" }).isChecked()).toBe(true);
  await form.getByRole("textbox", { name: "Description" }).fill("Deploys of the website");
  await form.getByRole("radio", { name: "Write" }).check();
  await form.getByRole("radio", { name: "30 days" }).check();
  await form.getByRole("button", { name: "Create token" }).click();

  const shown = page.getByRole("dialog", { name: "Your new token" });
  const secret = await tab.copied(shown.getByRole("button", { name: "Copy token" }));
  expect(secret).toMatch(/^sk_live_[0-9A-Za-z]{49}$/);
  expect(await shown.textContent()).toContain(secret);
  const command = await tab.copied(shown.getByRole("button", { name: "Copy command" }));
  expect(command).toContain(`Authorization: Bearer ${secret}`);
  await shown.getByRole("button", { name: "Done" }).click();
  await shown.waitFor({ state: "detached" });
  expect(await page.content()).not.toContain(secret);

  const self = (await server.call("api-token/current", {}, secret)).json;
  expect(self).toMatchObject({ description: "Deploys of the website", access: "write", status: "active" });
  const days = (Date.parse(self.expires_at) - Date.parse(self.created_at)) / 86_400_000;
  expect(days).toBeCloseTo(30, 3);

  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(tab, secret);
  await page.getByRole("link", { name: "Deploys of the website", exact: true }).click();
  await page.getByRole("button", { name: "Revoke token" }).click();
  const question = page.getByRole("dialog", { name: "Revoke this token?" });
  expect(await question.textContent()).toContain("Deploys of the website");
  await question.getByText("You are signed in with this token.").waitFor();
  await question.getByRole("button", { name: "Revoke token" }).click();

  await page.getByRole("heading", { name: "Sign in to Publisher" }).waitFor();
  expect(await page.getByRole("status").first().textContent()).toContain("You revoked the token");
  expect((await server.call("api-token/current", {}, secret)).status).toBe(401);
  await page.getByLabel("API token").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("The token was revoked.").waitFor();
  expect(tab.faults).toEqual([]);
});

test("somebody whose token is revoked meanwhile is signed out with the reason", async () => {
  const { id, token } = (await server.call("api-token/create", { access: "read" })).json;
  await using tab = await Tab.open(browser, server.url);
  // The last call of the page: one that came after the revocation would sign out before the click does.
  const told = tab.page.waitForResponse("**/api-token/usage");
  await tab.page.goto("/");
  await signIn(tab, token);
  await told;
  await tab.page
    .getByText("Nothing expires up to")
    .or(tab.page.getByText(/tokens?, by week/))
    .waitFor();
  await tab.page.getByRole("table").getByRole("link", { name: "First token" }).waitFor();
  await server.call("api-token/revoke", { id });
  await tab.page.getByRole("link", { name: "Expired" }).first().click();
  await tab.page.getByText("You were signed out: the token was revoked.").waitFor();
  expect(tab.faults).toEqual([]);
});

test("a secret that is shown is lost neither by Escape, nor by a click beside it, nor by Back", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("link", { name: "Expired" }).first().click();
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("button", { name: "Create token" }).click();
  const shown = page.getByRole("dialog", { name: "Your new token" });
  const secret = await shown.locator(".secret-text").textContent();
  for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  await page.goBack();
  expect(await shown.locator(".secret-text").textContent()).toBe(secret);
  expect(await shown.getByRole("button", { name: "Done" }).isDisabled()).toBe(true);
  await shown.getByRole("checkbox", { name: "I have stored the token" }).check();
  await shown.getByRole("button", { name: "Done" }).click();
  await shown.waitFor({ state: "detached" });
  expect(tab.faults).toEqual([]);
});

test("a secret waits until the one that is shown is stored, and a form that is sent stays until the answer", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/create", async (route) => {
    const answer = await route.fetch();
    if (route.request().postDataJSON().description === "Slow") await held.promise;
    await route.fulfill({ response: answer });
  });
  const create = async (description: string) => {
    await page.getByRole("button", { name: "New token" }).click();
    await page.getByRole("textbox", { name: "Description" }).fill(description);
    await page.getByRole("button", { name: "Create token" }).click();
  };
  await page.getByRole("link", { name: "Expired" }).first().click();
  await create("Slow");
  await page.getByRole("button", { name: "Creating…" }).waitFor();
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press("Escape");
  expect(await page.getByRole("button", { name: "Cancel" }).isDisabled()).toBe(true);

  // Back takes the page away with its form; the call goes on.
  await page.goto("/#/tokens/atok_nobody");
  await page.getByText("There is no API token with this id.").waitFor();
  await page.getByRole("link", { name: "All tokens" }).click();
  await create("Quick");
  const shown = page.getByRole("dialog", { name: "Your new token" });
  const quick = await shown.locator(".secret-text").textContent();
  await shown.getByRole("checkbox").check();
  const answered = page.waitForResponse("**/api-token/create");
  held.resolve();
  await (await answered).finished();
  expect(await shown.locator(".secret-text").textContent()).toBe(quick);
  await shown.getByRole("button", { name: "Done" }).click();
  await page.getByText("Created Quick").waitFor();
  expect(await shown.locator(".secret-text").textContent()).not.toBe(quick);
  expect(await shown.getByRole("checkbox").isChecked()).toBe(false);
  await shown.getByRole("checkbox").check();
  await shown.getByRole("button", { name: "Done" }).click();
  await shown.waitFor({ state: "detached" });
  expect(tab.faults).toEqual([]);
});

test("after 30 idle minutes one is signed out, and not before", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await page.clock.install();
  await page.goto("/");
  await signIn(tab, server.firstToken);
  await page.clock.fastForward("29:00");
  expect(await page.getByRole("button", { name: "Sign out" }).isVisible()).toBe(true);
  await page.mouse.move(50, 60);
  await page.clock.fastForward("29:30");
  expect(await page.getByRole("button", { name: "Sign out" }).isVisible()).toBe(true);
  await page.clock.fastForward("01:00");
  await page.getByText("You were signed out after 30 minutes without activity.").waitFor();

  await signIn(tab, server.firstToken);
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("button", { name: "Create token" }).click();
  await page.getByRole("dialog", { name: "Your new token" }).waitFor();
  const { id } = (await server.call("api-token/list", { pagination: { limit: 1 } })).json.data[0];
  await page.clock.fastForward("30:30");
  await page.getByText(`unless you stored it, rotate ${id} to get another.`).waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(tab.faults).toEqual([]);
});

test("a read token sees everything and is told why it changes nothing", async () => {
  const { token } = (await server.call("api-token/create", { access: "read", description: "Auditor" })).json;
  await using tab = await signedIn(browser, server, { secret: token });
  const { page } = tab;
  await page.getByText("You are signed in with a read token.").waitFor();
  await page.getByRole("link", { name: "First token" }).waitFor();
  expect(await page.getByRole("button", { name: "New token" }).count()).toBe(0);
  expect(await page.getByRole("button", { name: /Revoke|Rotate/ }).count()).toBe(0);
  await page.getByRole("link", { name: "First token" }).click();
  await page.getByRole("heading", { name: "First token" }).waitFor();
  expect(await page.getByRole("button", { name: /Revoke|Rotate|Edit/ }).count()).toBe(0);
  expect(tab.faults).toEqual([]);
});

test("the last active token with write access is not revoked without a warning", async () => {
  await using other = await RunningServer.start();
  await using tab = await signedIn(browser, other);
  const { page } = tab;
  await page.getByRole("button", { name: "Revoke First token" }).click();
  const question = page.getByRole("dialog", { name: "Revoke this token?" });
  await question.getByText("This is the last active token with write access.").waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });

  const body = failure("unavailable", "The store cannot be used now");
  await page.route("**/api-token/list", (route) => route.fulfill({ status: 503, body }));
  await page.getByRole("button", { name: "Revoke First token" }).click();
  await question.getByText("This may be the last active token with write access.").waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  expect((await other.call("api-token/current")).json.status).toBe("active");
  expect(tab.faults).toEqual([]);
});

test("the keyboard alone is enough to create and revoke", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await page.goto("/");
  await page.getByRole("heading", { name: "Sign in to Publisher" }).waitFor();
  await page.locator("input:focus").waitFor();
  await page.keyboard.type(server.firstToken);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "New token" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog input:focus").waitFor();
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Enter");
  const shown = page.getByRole("dialog", { name: "Your new token" });
  await shown.waitFor();
  await shown.getByRole("checkbox").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await shown.waitFor({ state: "detached" });
  await page.locator("button:focus", { hasText: "New token" }).waitFor();
  await page.getByRole("button", { name: "Revoke By keyboard" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke token" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Revoked By keyboard").waitFor();
  await page.getByRole("button", { name: "Revoke By keyboard" }).waitFor({ state: "detached" });
  await page.locator("section:focus").waitFor();

  const { id } = (await server.call("api-token/create", { access: "read" })).json;
  await page.goto(`/#/tokens/${id}`);
  await page.locator("h1:focus").waitFor();
  for (const action of ["Edit", "Rotate token", "Revoke token"]) {
    await page.keyboard.press("Tab");
    await page.locator("button:focus", { hasText: action }).waitFor();
  }
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke token" }).press("Enter");
  await page.getByText("Revoked", { exact: true }).first().waitFor();
  await page.locator("h1:focus").waitFor();
  expect(tab.faults).toEqual([]);
});
