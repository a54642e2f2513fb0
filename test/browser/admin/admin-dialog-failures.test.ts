import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Locator, Page } from "playwright-core";
import { STORE_UNCHANGED } from "../../../src/http/known-messages.ts";
import { failure, signedIn } from "../../support/browser/admin-page.ts";
import { atOnce } from "../../support/browser/at-once.ts";
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

const SIZES = [
  { width: 1366, height: 650 },
  { width: 1280, height: 800 },
  { width: 390, height: 700 },
];

/** Answers every call of an endpoint with an error. */
async function refuse(page: Page, endpoint: string, message: string): Promise<void> {
  await page.route(`**/api-token/${endpoint}`, async (route) => {
    if (route.request().postDataJSON().dry_run === true) return await route.continue();
    const body = failure("unavailable", message);
    await route.fulfill({ status: 503, contentType: "application/json", body });
  });
}

/** Waits until all of an element lies in the part of the dialog that is seen. */
async function expectInView(page: Page, element: Locator): Promise<void> {
  await element.waitFor();
  const handle = await element.elementHandle();
  await page.waitForFunction((shown) => {
    const [inner, outer] = [shown, shown?.closest("dialog")].map((each) => each?.getBoundingClientRect());
    return inner && outer && inner.top >= outer.top && inner.bottom <= outer.bottom + 1;
  }, handle);
}

function allTokens(description: string): Promise<{ readonly data: readonly object[] }> {
  const filters = [{ key: "description", eq: description }];
  return server.call("api-token/list", { filters }).then(({ json }) => json);
}

test.each(SIZES)(
  "a failure is seen and has the focus beside the pressed button of a dialog, at %j",
  async (size) => {
    const description = `Refused at ${size.width}`;
    const { id } = (await server.call("api-token/create", { access: "read", description })).json;
    await using tab = await signedIn(browser, server, { viewport: size });
    const { page } = tab;
    const dialog = page.getByRole("dialog");
    const expectFailure = async (endpoint: string, button: string) => {
      await refuse(page, endpoint, "The store cannot be used now");
      await dialog.getByRole("button", { name: button }).click();
      await dialog.locator(".dialog-failure:focus", { hasText: "The store cannot be used now." }).waitFor();
      await expectInView(page, dialog.locator(".dialog-failure"));
      await expectInView(page, dialog.getByRole("button", { name: button }));
      await dialog.getByRole("button", { name: "Close" }).click();
      const discard = dialog.getByRole("button", { name: "Discard" });
      if (endpoint !== "revoke") await discard.click();
      await dialog.waitFor({ state: "detached" });
    };
    await page.getByRole("button", { name: "New token" }).click();
    await dialog.getByRole("radio", { name: "Services" }).check();
    await dialog.getByLabel("Names of the services").fill("wiki");
    await expectFailure("create", "Create token");
    await page.goto(`/#/tokens/${id}`);
    await page.getByRole("button", { name: "Edit" }).click();
    await dialog.getByRole("radio", { name: "7 days" }).check();
    await expectFailure("update", "Save");
    await page.getByRole("button", { name: "Rotate token" }).click();
    await dialog.getByRole("radio", { name: "30 days" }).last().check();
    await expectFailure("rotate", "Rotate token");
    await page.getByRole("button", { name: "Revoke token" }).click();
    await expectFailure("revoke", "Revoke token");
    expect(tab.faults).toEqual([]);
  },
);

test.each(SIZES)(
  "a token whose secret got lost is not created again by a second press, at %j",
  async (size) => {
    const description = `Lost at ${size.width}`;
    await using tab = await signedIn(browser, server, { viewport: size });
    const { page } = tab;
    const form = page.getByRole("dialog", { name: "New token" });
    await page.getByRole("button", { name: "New token" }).click();
    await form.getByLabel("Description").fill(description);
    await page.route("**/api-token/create", async (route) => {
      await route.fetch();
      await route.abort("connectionreset");
    });
    await form.getByRole("button", { name: "Create token" }).click();
    const told = form.locator(".dialog-failure:focus", {
      hasText: "The token was created, but its secret got lost",
    });
    await expectInView(page, told);
    const link = form.getByRole("link", { name: "Go to the token" });
    await expectInView(page, link);
    expect(await form.getByRole("button", { name: "Create token" }).count()).toBe(0);
    await atOnce(page, { submit: "dialog form" });
    await form.getByLabel("Description").press("Enter");
    expect((await allTokens(description)).data).toHaveLength(1);
    await link.click();
    await page.getByRole("heading", { name: description }).waitFor();
    expect(tab.faults).toEqual([]);
  },
);

test("until it is known whether a token was created, it cannot be created again", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  const form = page.getByRole("dialog", { name: "New token" });
  const button = form.getByRole("button", { name: "Create token" });
  const cut = async () => await page.route("**/*", (route) => route.abort("connectionrefused"));
  await page.getByRole("button", { name: "New token" }).click();
  await form.getByLabel("Description").fill("Sent once");
  await cut();
  await button.click();
  await form.getByText("As soon as it answers, this says so.").waitFor();
  expect(await button.isDisabled()).toBe(true);
  const held = Promise.withResolvers<void>();
  await page.unroute("**/*");
  await page.route("**/api-token/list", async (route) => {
    await held.promise;
    await route.continue();
  });
  await form.getByText("The answer did not arrive. Publisher answers again.").waitFor();
  await form.getByText("Checking whether the token was created…").waitFor();
  expect(await button.isDisabled()).toBe(true);
  expect(await form.locator(".notice.danger").count()).toBe(0);
  held.resolve();
  await form.getByText("No token was found. Press “Create token” once more.").waitFor();
  const created = page.waitForRequest("**/api-token/create");
  await button.click();
  await created;
  await page.getByRole("dialog", { name: "Your new token" }).waitFor();
  expect((await allTokens("Sent once")).data).toHaveLength(1);
  expect(tab.faults).toEqual([]);
});

test("a finding takes the focus from nobody who types meanwhile", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  const form = page.getByRole("dialog", { name: "New token" });
  await page.getByRole("button", { name: "New token" }).click();
  await page.route("**/*", (route) => route.abort("connectionrefused"));
  await form.getByRole("button", { name: "Create token" }).click();
  await form.locator(".dialog-failure:focus").waitFor();
  await form.getByLabel("Description").fill("Typed meanwhile");
  await page.unroute("**/*");
  await form.getByText("No token was found.").waitFor();
  await form.locator("input:focus").waitFor();
  expect(tab.faults).toEqual([]);
});

test("the failure of an automatic repeat takes the focus from nobody who types meanwhile", async () => {
  const { id } = (await server.call("api-token/create", { access: "read" })).json;
  await using tab = await signedIn(browser, server, { viewport: { width: 390, height: 700 } });
  const { page } = tab;
  const dialog = page.getByRole("dialog");
  const field = dialog.getByLabel("Description");
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Edit" }).click();
  await field.fill("0123456789");
  await page.route("**/*", (route) => route.abort("connectionrefused"));
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.locator(".dialog-failure:focus").waitFor();
  await field.click();
  await page.keyboard.press("End");
  await refuse(page, "update", "The store cannot be used now");
  await page.unroute("**/*");
  const failed = dialog.locator(".dialog-failure", { hasText: "The store cannot be used now." });
  await expectInView(page, failed);
  await page.keyboard.type("0123456789".repeat(4), { delay: 5 });
  expect(await field.inputValue()).toBe("0123456789".repeat(5));
  expect(tab.faults).toEqual([]);
});

test("a failure after Enter in a field is seen, and leaves the focus in the field", async () => {
  await using tab = await signedIn(browser, server, { viewport: { width: 390, height: 500 } });
  const { page } = tab;
  const form = page.getByRole("dialog", { name: "New token" });
  await page.getByRole("button", { name: "New token" }).click();
  await refuse(page, "create", "The store cannot be used now");
  await form.getByLabel("Description").press("Enter");
  await expectInView(page, form.locator(".dialog-failure"));
  await form.locator("input:focus").waitFor();
  expect(tab.faults).toEqual([]);
});

test("a field with a fault that the server found gets the focus", async () => {
  await using tab = await signedIn(browser, server, { viewport: { width: 390, height: 700 } });
  const { page } = tab;
  const form = page.getByRole("dialog", { name: "New token" });
  await page.getByRole("button", { name: "New token" }).click();
  await form.getByLabel("Description").fill("\u0085");
  await form.getByRole("radio", { name: "365 days" }).check();
  await form.getByRole("button", { name: "Create token" }).click();
  const field = form.locator("input:focus");
  await expectInView(page, field);
  await expectInView(page, form.locator(".field-fault"));
  expect(await field.getAttribute("aria-invalid")).toBe("true");
  expect(tab.faults).toEqual([]);
});

test("a rotation whose answer got lost is no red failure once the server is back", async () => {
  const { id } = (await server.call("api-token/create", { access: "read" })).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Rotate token" }).click();
  const question = page.getByRole("dialog");
  await page.route("**/api-token/rotate", (route) => route.abort("connectionrefused"));
  await question.getByRole("button", { name: "Rotate token" }).click();
  const notice = question.locator(".notice.neutral", { hasText: "Publisher answers again." });
  await notice.getByText("rotating it again says by which one it was replaced").waitFor();
  expect(await question.locator(".notice.danger").count()).toBe(0);
  expect(tab.faults).toEqual([]);
});

test.each([
  [502, "<h1>Bad Gateway</h1>"],
  [504, "<h1>Gateway Timeout</h1>"],
  [503, failure("unavailable", "The storage failed", { outcome: "unknown" })],
])("a rotation that is answered with %p of an open outcome says how to go on", async (status, body) => {
  const { id } = (await server.call("api-token/create", { access: "read" })).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Rotate token" }).click();
  const question = page.getByRole("dialog");
  await page.route("**/api-token/rotate", async (route) => {
    await route.fetch();
    await route.fulfill({ status, body });
  });
  await question.getByRole("button", { name: "Rotate token" }).click();
  await question.getByText("rotating it again says by which one it was replaced").waitFor();
  await page.getByText("Replaced by another token").waitFor();
  expect(tab.faults).toEqual([]);
});

test("a revocation that a proxy answered with 504 is shown all the same", async () => {
  const { id } = (await server.call("api-token/create", { access: "read" })).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Revoke token" }).click();
  const question = page.getByRole("dialog");
  await page.route("**/api-token/revoke", async (route) => {
    if (route.request().postDataJSON().dry_run === true) return await route.continue();
    await route.fetch();
    await route.fulfill({ status: 504, body: "" });
  });
  await question.getByRole("button", { name: "Revoke token" }).click();
  await question.getByText("The server answered with status 504.").waitFor();
  await question.getByRole("button", { name: "Keep it" }).click();
  await page.locator("main").getByText("Revoked", { exact: true }).first().waitFor();
  expect(tab.faults).toEqual([]);
});

test.each([
  [STORE_UNCHANGED, true],
  ["The server is shutting down; try again soon", false],
  ["The store cannot be used now; try again later", false],
] as const)("a change that failed with “%s” has a next step: %p", async (message, hasStep) => {
  const { id } = (await server.call("api-token/create", { access: "read" })).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  const dialog = page.getByRole("dialog");
  const expectWords = async () => {
    const told = dialog.getByRole("alert").filter({ hasText: message });
    await told.waitFor();
    expect(
      await told.getByText("Tokens still work and can be revoked. Publisher’s log says why.").count(),
    ).toBe(hasStep ? 1 : 0);
  };
  for (const endpoint of ["create", "rotate"]) await refuse(page, endpoint, message);
  await page.getByRole("button", { name: "New token" }).click();
  await dialog.getByRole("button", { name: "Create token" }).click();
  await expectWords();
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Rotate token" }).click();
  await dialog.getByRole("button", { name: "Rotate token" }).click();
  await expectWords();
  expect(tab.faults).toEqual([]);
});

test("a revocation that is not stored yet cannot be taken back, and says what to do", async () => {
  const { id } = (await server.call("api-token/create", { access: "read", description: "Stolen" })).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Revoke token" }).click();
  const dialog = page.getByRole("dialog");
  await page.route("**/api-token/revoke", async (route) => {
    if (route.request().postDataJSON().dry_run === true) return await route.continue();
    const body = JSON.parse(failure("unavailable", "The revocation cannot be stored now"));
    body.error.data = { outcome: "pending", pending_token: true, pending_descendants: 0 };
    await route.fulfill({ status: 503, json: body });
  });
  await dialog.getByRole("button", { name: "Revoke token" }).click();
  await dialog.getByText("The revocation cannot be stored now.").waitFor();
  await dialog
    .getByText("Free space on the disk of Publisher, and do not restart Publisher before.")
    .waitFor();
  expect(await dialog.getByRole("button", { name: /Keep it|Revoke/ }).count()).toBe(0);
  const loaded = page.waitForResponse("**/api-token/get");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await dialog.waitFor({ state: "detached" });
  await loaded;
  expect(tab.faults).toEqual([]);
});
