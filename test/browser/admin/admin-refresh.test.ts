import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { failure, signedIn } from "../../support/browser/admin-page.ts";
import { launchBrowser, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
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

async function fillIn(page: Page, description: string): Promise<void> {
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("textbox", { name: "Description" }).fill(description);
}

test("a token whose answer got lost is found, and is in the list", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("row", { name: "First token" }).waitFor();
  await fillIn(page, "Answer lost");
  await page.route("**/api-token/create", async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  });
  const form = page.getByRole("dialog", { name: "New token" });
  await form.getByRole("button", { name: "Create token" }).click();
  await form.getByText("The token was created, but its secret got lost:").waitFor();
  await page.locator("a.token-link", { hasText: "Answer lost" }).waitFor({ state: "attached" });
  await form.getByRole("link", { name: "Answer lost" }).click();
  await page.getByRole("heading", { name: "Answer lost" }).waitFor();
  expect(tab.faults).toEqual([]);
});

test("an answer that cannot be read is treated as a lost one", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("row", { name: "First token" }).waitFor();
  await fillIn(page, "Answer cut off");
  await page.route("**/api-token/create", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: "{" });
  });
  const form = page.getByRole("dialog", { name: "New token" });
  await form.getByRole("button", { name: "Create token" }).click();
  await form.getByText("The token was created, but its secret got lost:").waitFor();
  await page.locator("a.token-link", { hasText: "Answer cut off" }).waitFor({ state: "attached" });
  expect(tab.faults).toEqual([]);
});

test.each([
  ["502 of a proxy", 502, "<h1>Bad Gateway</h1>"],
  ["504 of a proxy", 504, "<h1>Gateway Timeout</h1>"],
  ["503 of an unknown outcome", 503, failure("unavailable", "It may be made", { outcome: "unknown" })],
])("an answer of %s is treated as a lost one", async (name, status, body) => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("row", { name: "First token" }).waitFor();
  await fillIn(page, `Lost by a ${name}`);
  await page.route("**/api-token/create", async (route) => {
    await route.fetch();
    await route.fulfill({ status, body });
  });
  const form = page.getByRole("dialog", { name: "New token" });
  await form.getByRole("button", { name: "Create token" }).click();
  await form.getByText("The token was created, but its secret got lost:").waitFor();
  expect(await form.getByRole("button", { name: "Create token" }).count()).toBe(0);
  await page.locator("a.token-link", { hasText: `Lost by a ${name}` }).waitFor({ state: "attached" });
  expect(tab.faults).toEqual([]);
});

test("a token that is created some seconds after its answer got lost is found, and is in the list", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("row", { name: "First token" }).waitFor();
  await fillIn(page, "Late");
  await page.route("**/api-token/create", (route) => route.fulfill({ status: 504, body: "" }));
  const form = page.getByRole("dialog", { name: "New token" });
  const counts = { searches: 0 };
  await page.route("**/api-token/list", async (route) => {
    const isSearch = route.request().postData()?.includes("created_at") === true;
    if (isSearch) counts.searches += 1;
    if (isSearch && counts.searches === 3)
      await server.call("api-token/create", { access: "read", description: "Late" });
    await route.continue();
  });
  await form.getByRole("button", { name: "Create token" }).click();
  await form.getByText("The token was created, but its secret got lost:").waitFor();
  await page.locator("a.token-link", { hasText: "Late" }).waitFor({ state: "attached" });
  expect(tab.faults).toEqual([]);
});

test("where the search for a token fails, it is tried again on demand", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("row", { name: "First token" }).waitFor();
  await fillIn(page, "Not looked up");
  await page.route("**/api-token/create", async (route) => {
    await route.fetch();
    await route.fulfill({ status: 502, body: "" });
  });
  await page.route("**/api-token/list", (route) => route.fulfill({ status: 502, body: "" }));
  const form = page.getByRole("dialog", { name: "New token" });
  await form.getByRole("button", { name: "Create token" }).click();
  await form.getByText("Whether the token was created could not be checked:").waitFor();
  expect(await form.getByRole("button", { name: "Create token" }).isDisabled()).toBe(true);
  await page.unroute("**/api-token/list");
  await form.getByRole("button", { name: "Try again" }).click();
  await form.getByText("The token was created, but its secret got lost:").waitFor();
  expect(tab.faults).toEqual([]);
});

test("a token that was created before another press is not created again by it", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await fillIn(page, "Later than that");
  await page.route("**/api-token/create", (route) => route.fulfill({ status: 504, body: "" }));
  const form = page.getByRole("dialog", { name: "New token" });
  const button = form.getByRole("button", { name: "Create token" });
  await button.click();
  await form.getByText("No token was found. Press “Create token” once more.").waitFor();
  await page.unroute("**/api-token/create");
  await server.call("api-token/create", { access: "read", description: "Later than that" });
  await button.click();
  await form.getByText("The token was created, but its secret got lost:").waitFor();
  const filters = [{ key: "description", eq: "Later than that" }];
  expect((await server.call("api-token/list", { filters })).json.data).toHaveLength(1);
  expect(tab.faults).toEqual([]);
});

test("a token that was not created is not found", async () => {
  await server.call("api-token/create", { access: "read", description: "Others'" });
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await fillIn(page, "Never sent");
  await page.route("**/api-token/create", (route) => route.abort("connectionrefused"));
  const form = page.getByRole("dialog", { name: "New token" });
  await form.getByRole("button", { name: "Create token" }).click();
  await form.getByText("No token was found. Press “Create token” once more.").waitFor();
  await page.unroute("**/api-token/create");
  await form.getByRole("button", { name: "Create token" }).click();
  await page.getByRole("dialog", { name: "Your new token" }).waitFor();
  expect(tab.faults.filter((fault) => !fault.includes("beforeunload"))).toEqual([]);
});

test("the list, the numbers above it and the audit trail can be refreshed by the keyboard", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("row", { name: "First token" }).waitFor();
  const active = page.locator(".figure-count").first();
  const before = Number(await active.getByText(/^\d+$/).textContent());
  await server.call("api-token/create", { access: "read", description: "By somebody else" });
  await page.getByRole("button", { name: "Refresh the list" }).press("Enter");
  await page.getByRole("row", { name: "By somebody else" }).waitFor();
  await page.getByRole("status").getByText("Refreshed").waitFor();
  expect(Number(await active.textContent())).toBe(before + 1);
  await page.locator("button:focus", { hasText: "Refresh" }).waitFor();

  await page.getByRole("link", { name: "Activity" }).click();
  await page.getByText("By somebody else").first().waitFor();
  await server.call("api-token/create", { access: "read", description: "Later" });
  await page.getByRole("button", { name: "Refresh the audit trail" }).press("Enter");
  await page.getByRole("region", { name: "Audit trail" }).getByRole("link", { name: "Later" }).waitFor();
  expect(tab.faults).toEqual([]);
});

test("Refreshed is said once the numbers have come too, and not where they failed", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("row", { name: "First token" }).waitFor();
  await page.locator(".figure-count").first().getByText(/^\d+$/).waitFor();
  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/summary", async (route) => {
    await held.promise;
    await route.fulfill({ status: 503, body: failure("UNAVAILABLE", "The store cannot be used now.") });
  });
  const button = page.getByRole("button", { name: "Refresh the list" });
  const listed = page.waitForResponse("**/api-token/list");
  await button.press("Enter");
  await (await listed).finished();
  await page.getByRole("button", { name: "Refreshing… the list" }).waitFor();
  held.resolve();
  await page.getByText("The store cannot be used now.").waitFor();
  await button.waitFor();
  expect(await page.getByRole("status").getByText("Refreshed").count()).toBe(0);

  await page.unroute("**/api-token/summary");
  await button.press("Enter");
  await page.getByRole("status").getByText("Refreshed").waitFor();
  expect(tab.faults).toEqual([]);
});

/** Expects that Refreshed is said once an endpoint has answered too, and not where it fails. */
async function expectAwaited(page: Page, name: string, endpoint: string, first: string): Promise<void> {
  const button = page.getByRole("button", { name, exact: true });
  const held = Promise.withResolvers<void>();
  const body = failure("UNAVAILABLE", "The store cannot be used now.");
  await page.route(`**/${endpoint}`, async (route) => {
    await held.promise;
    await route.fulfill({ status: 503, body });
  });
  const loaded = page.waitForResponse(`**/${first}`);
  await button.press("Enter");
  await (await loaded).finished();
  await page.locator('section[aria-busy="false"]').first().waitFor();
  await page.getByRole("button", { name: name.replace("Refresh", "Refreshing…"), exact: true }).waitFor();
  held.resolve();
  await page.getByText("The store cannot be used now.").first().waitFor();
  await button.waitFor();
  expect(await page.getByRole("status").getByText("Refreshed").count()).toBe(0);
  await page.unroute(`**/${endpoint}`);
  await button.press("Enter");
  await page.getByRole("status").getByText("Refreshed").first().waitFor();
}

test("on the page of a token, Refreshed waits for its history, which the button does not stand beside", async () => {
  const { id } = (await server.call("api-token/create", { access: "read" })).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  await page.locator('section[aria-label="History"][aria-busy="false"]').waitFor();
  await expectAwaited(page, "Refresh", "audit-event/list", "api-token/usage");
  expect(tab.faults).toEqual([]);
});

test("on Activity, Refreshed waits for the uses and for the audit trail, with either button", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("link", { name: "Activity" }).click();
  await page.locator('section[aria-label="Audit trail"][aria-busy="false"]').waitFor();
  await expectAwaited(page, "Refresh", "audit-event/list", "api-token/usage");
  await page.getByRole("status").getByText("Refreshed").first().waitFor({ state: "detached" });
  await expectAwaited(page, "Refresh the audit trail", "api-token/usage", "audit-event/list");
  expect(tab.faults).toEqual([]);
});
