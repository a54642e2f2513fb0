import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { signedIn } from "../../support/browser/admin-page.ts";
import { atOnce } from "../../support/browser/at-once.ts";
import { launchBrowser, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";

setDefaultTimeout(TEST_LIMIT_MS);

let browser: Browser;
let server: RunningServer;
let billing: { readonly id: string };

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), RunningServer.start()]);
  writeTokens(server.dataDir, manyTokens(1000));
  const create = async (body: object) => (await server.call("api-token/create", body)).json;
  await create({ access: "write", audiences: ["grafana"], description: "Graphs" });
  billing = await create({ access: "write", audiences: ["billing"], description: "Invoices" });
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

/** The part of the address behind the #. */
async function hash(page: Page): Promise<string> {
  return await page.evaluate("location.hash");
}

async function openList(page: Page, address: string): Promise<void> {
  await page.goto(`/${address}`);
  await page.locator('.tokens[aria-busy="false"]').waitFor();
}

test("several filters of the list, chosen at once, are all kept", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await openList(page, "#/tokens");
  await page.getByRole("link", { name: "Invoices" }).waitFor();
  await atOnce(
    page,
    { choose: "Access", value: "write" },
    { choose: "For", value: "billing" },
    { choose: "Last use", value: "never" },
    { choose: "Order", value: "2" },
  );
  expect(await hash(page)).toBe("#/tokens?access=write&for=billing&unused=never&sort=expires_at");
  await page.getByRole("link", { name: "Graphs" }).waitFor({ state: "detached" });
  expect(await page.locator(".token-link").allTextContents()).toEqual(["Invoices"]);
  await atOnce(page, { choose: "Last use", value: "" }, { choose: "Order", value: "0" });
  expect(await hash(page)).toBe("#/tokens?access=write&for=billing");
  await page.locator('.tokens[aria-busy="false"]').waitFor();
  expect(await page.locator(".token-link").allTextContents()).toEqual(["Invoices"]);
  expect(tab.faults).toEqual([]);
});

test("a heading, a tab and a filter, chosen at once, are all kept, in either order", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  const heading = { click: "th:nth-child(2) .sort" };
  const revoked = { click: ".tab", index: 2 };
  await openList(page, "#/tokens");
  await atOnce(page, { choose: "Access", value: "write" }, heading, heading, revoked);
  expect(await hash(page)).toBe("#/tokens?status=revoked&access=write&sort=-access");
  await openList(page, "#/tokens");
  await atOnce(page, revoked, heading, { choose: "Access", value: "write" });
  expect(await hash(page)).toBe("#/tokens?status=revoked&access=write&sort=access");
  await openList(page, "#/tokens?from=2026-01-01&to=2036-01-01");
  await atOnce(page, { click: ".chip" }, { choose: "Access", value: "read" });
  expect(await hash(page)).toBe("#/tokens?access=read");
  await page.goto("/#/tokens?status=expired&q=nothing-is-called-so");
  await page.getByRole("link", { name: "Clear filters" }).waitFor();
  await atOnce(page, revoked, { click: ".empty a" });
  expect(await hash(page)).toBe("#/tokens?status=revoked");
  expect(tab.faults).toEqual([]);
});

test("a named service and a filter, chosen at once, are both kept", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await openList(page, "#/tokens");
  await page.getByLabel("For", { exact: true }).selectOption("For another service…");
  await page.getByLabel("Name of the service").waitFor();
  await atOnce(
    page,
    { choose: "Access", value: "write" },
    { type: "Name of the service", text: "wiki" },
    { submit: "form.service" },
  );
  expect(await hash(page)).toBe("#/tokens?access=write&for=wiki");
  expect(tab.faults).toEqual([]);
});

test("a search keeps the other filters, and does not start after the list was left", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await openList(page, "#/tokens");
  await page.clock.install();
  await atOnce(
    page,
    { type: "Search descriptions and ids", text: "host-7 " },
    { choose: "Access", value: "write" },
  );
  await page.clock.runFor(300);
  expect(await hash(page)).toBe("#/tokens?access=write&q=host-7");
  expect(await page.getByRole("searchbox").inputValue()).toBe("host-7 ");
  await page.locator('.tokens[aria-busy="false"] .token-link').first().waitFor();
  await atOnce(page, { type: "Search descriptions and ids", text: "host-7" }, { click: ".token-link" });
  const left = await hash(page);
  await page.clock.runFor(300);
  expect(left).toMatch(/^#\/tokens\/atok_/);
  expect(await hash(page)).toBe(left);
  expect(tab.faults).toEqual([]);
});

test("Next leads to the next page of the current list, also when it is clicked twice or while loading", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await openList(page, "#/tokens");
  const next = { click: ".paging a:last-child" };
  await page.getByRole("link", { name: "Next" }).waitFor();
  await atOnce(page, { choose: "Access", value: "read" }, next);
  expect(await hash(page)).toBe("#/tokens?access=read");
  await page.getByText(/^1–50 of/).waitFor();

  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/list", async (route) => {
    await held.promise;
    await route.continue();
  });
  await atOnce(page, next, next);
  const second = await hash(page);
  expect(second).toContain("&page=2&after=");
  // While the second page is on its way, the page that is shown is still the first.
  await page.locator('.tokens[aria-busy="true"]').waitFor();
  await page.getByRole("link", { name: "Next" }).click();
  expect(await hash(page)).toBe(second);
  await page.getByLabel("Access", { exact: true }).selectOption("write");
  await page.getByRole("navigation", { name: "Pages" }).waitFor({ state: "detached" });
  held.resolve();
  await page.getByText(/^1–50 of/).waitFor();
  expect(await hash(page)).toBe("#/tokens?access=write");
  expect(tab.faults).toEqual([]);
});

test("several filters of the audit trail, chosen at once, are all kept", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto("/#/activity");
  await page.getByRole("region", { name: "Audit trail" }).getByRole("listitem").first().waitFor();
  await atOnce(
    page,
    { choose: "What was done", value: "api-token.create" },
    { choose: "What the token had to do with it", value: "target" },
    { type: "Token id", text: ` ${billing.id} ` },
    { type: "From", text: "2020-10-20" },
    { type: "To", text: "2036-10-20" },
    { blur: "From" },
    { blur: "To" },
  );
  expect(await hash(page)).toBe(
    `#/activity?action=api-token.create&token=${billing.id}&from=2020-10-20&to=2036-10-20&part=target`,
  );
  await page.getByRole("region", { name: "Audit trail" }).getByText("Invoices").first().waitFor();
  expect(await page.getByLabel("Token id").inputValue()).toBe(billing.id);
  expect(await page.getByLabel("From", { exact: true }).inputValue()).toBe("2020-10-20");
  expect(tab.faults).toEqual([]);
});

test("a day that goes up and down at once stays, and a blur does not undo a new day", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto("/#/activity?from=2020-10-20");
  const from = page.getByLabel("From", { exact: true });
  await page.getByRole("region", { name: "Audit trail" }).getByRole("listitem").first().waitFor();
  await atOnce(page, { type: "From", text: "2020-10-21" }, { type: "From", text: "2020-10-20" });
  expect(await hash(page)).toBe("#/activity?from=2020-10-20");
  expect(await from.inputValue()).toBe("2020-10-20");
  await atOnce(page, { type: "From", text: "2021-10-20" }, { blur: "From" });
  expect(await hash(page)).toBe("#/activity?from=2021-10-20");
  expect(await from.inputValue()).toBe("2021-10-20");

  await from.focus();
  for (let round = 0; round < 20; round += 1) {
    await Promise.all([page.keyboard.press("ArrowUp"), page.keyboard.press("ArrowDown")]);
    expect(await from.inputValue()).toBe("2021-10-20");
    expect(await hash(page)).toBe("#/activity?from=2021-10-20");
  }
  expect(tab.faults).toEqual([]);
});
