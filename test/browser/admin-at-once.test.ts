import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { signedIn } from "../support/admin-page.ts";
import { atOnce } from "../support/at-once.ts";
import { launchBrowser, Tab, TEST_LIMIT_MS } from "../support/browser.ts";
import { RunningServer } from "../support/executable.ts";
import { manyTokens, writeTokens } from "../support/many-tokens.ts";
import { writeUses } from "../support/many-uses.ts";

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
  writeUses(server.dataDir, [{ id: billing.id, hoursAgo: 3, accepted: 200, refused: 0 }]);
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

test("a form that is filled in and sent twice at once creates one token, with every choice", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await openList(page, "#/tokens");
  await page.getByRole("button", { name: "New token" }).click();
  const form = page.getByRole("dialog", { name: "New token" });
  await form.getByRole("radio", { name: "Services" }).check();
  await form.getByRole("button", { name: "Add grafana" }).waitFor();
  const sent: object[] = [];
  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/create", async (route) => {
    sent.push(route.request().postDataJSON());
    await held.promise;
    await route.continue();
  });
  const add = (index: number) => ({ click: "dialog .audiences button", index });
  await atOnce(
    page,
    { type: "Names of the services", text: "wiki" },
    add(0),
    add(0),
    add(1),
    { type: "Description", text: "All at once" },
    { check: "Write" },
    { check: "Never" },
    { submit: "dialog form" },
    { submit: "dialog form" },
    { click: "dialog .dialog-foot button" },
    { click: "dialog .dialog-head button" },
  );
  await form.getByRole("button", { name: "Creating…" }).waitFor();
  held.resolve();
  await page.getByRole("dialog", { name: "Your new token" }).waitFor();
  expect(sent).toEqual([
    {
      access: "write",
      audiences: ["wiki", "billing", "grafana"],
      description: "All at once",
      expires_at: null,
    },
  ]);
  expect(tab.faults).toEqual([]);
});

test("a rotation keeps all choices that were made at once", async () => {
  const { id } = (await server.call("api-token/create", { access: "read", description: "Turned" })).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Rotate token" }).click();
  await page.getByRole("dialog").getByRole("radio", { name: "Other" }).check();
  await page.getByLabel("How long").waitFor();
  const asked = page.waitForRequest("**/api-token/rotate");
  await atOnce(
    page,
    { type: "How long", text: "5" },
    { choose: "Unit", value: "days" },
    { check: "Never" },
    { submit: "dialog form" },
  );
  expect((await asked).postDataJSON()).toEqual({ id, overlap_seconds: 432_000, expires_at: null });
  await page.getByRole("dialog", { name: "Your new token" }).waitFor();
  expect(tab.faults).toEqual([]);
});

test("an edit keeps text that was typed in the same moment, and a running revocation cannot be called off", async () => {
  const { id } = (await server.call("api-token/create", { access: "read", description: "Edited" })).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("dialog").waitFor();
  const asked = page.waitForRequest("**/api-token/update");
  await atOnce(
    page,
    { type: "Description", text: "Edited at once" },
    { check: "On a date" },
    { submit: "dialog form" },
    { click: "dialog .dialog-foot button" },
  );
  const { description, expires_at: end } = (await asked).postDataJSON();
  expect([description, end]).toEqual(["Edited at once", expect.stringMatching(/T23:59:59Z$/)]);
  await page.getByRole("heading", { name: "Edited at once" }).waitFor();

  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/revoke", async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.getByRole("button", { name: "Revoke token" }).click();
  await page.getByRole("dialog").waitFor();
  await atOnce(page, { click: "dialog .danger" }, { click: "dialog .dialog-foot button" });
  await page.getByRole("button", { name: "Revoking…" }).waitFor();
  held.resolve();
  await page.getByText("Revoked Edited at once").waitFor();
  expect(tab.faults).toEqual([]);
});

test("a token that is filled in and sent at once, as by a password manager, signs in", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await page.goto("/");
  const field = page.getByLabel("API token");
  await field.waitFor();
  const show = { click: ".joined button" };
  await atOnce(page, show, show, show);
  expect(await field.getAttribute("type")).toBe("text");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const sending = [{ submit: "form" }, { submit: "form" }] as const;
  await atOnce(page, { type: "API token", text: server.firstToken }, ...sending);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  expect(asked.filter((path) => path.endsWith("/current"))).toHaveLength(1);
  expect(tab.faults).toEqual([]);
});

test("the bar under the pointer stays chosen when the keys take over in the same moment", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${billing.id}`);
  await page.getByLabel("How far back").selectOption("24 hours");
  await page.locator(".use-told", { hasText: "In the last 24 hours" }).waitFor();
  await page.evaluate(`(() => {
    const field = document.querySelector(".use-field");
    const { left, width } = field.getBoundingClientRect();
    const clientX = left + (width * 5.5) / 24;
    field.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX, pointerType: "mouse" }));
    document.querySelector(".use-cursor").focus();
  })()`);
  expect(await page.getByRole("slider").inputValue()).toBe("5");
  expect(tab.faults).toEqual([]);
});
