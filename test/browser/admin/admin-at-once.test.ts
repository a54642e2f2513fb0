import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { useAdminPage } from "../../support/browser/admin-page.ts";
import { atOnce, type Step } from "../../support/browser/at-once.ts";
import type { Tab } from "../../support/browser/browser.ts";
import { hold } from "../../support/browser/routes.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";

const { server, signedIn, create } = await useAdminPage();
writeTokens(server.dataDir, manyTokens(1000));
await create({ access: "write", audiences: ["grafana"], description: "Graphs" });
const billing = await create({ access: "write", audiences: ["billing"], description: "Invoices" });

/** The part of the address behind the #. */
async function hash(page: Page): Promise<string> {
  return await page.evaluate("location.hash");
}

const LIST = ".tokens[aria-busy='false'], .empty a";
const TRAIL = "[aria-label='Audit trail'] .event";
const WRITE = { choose: "Access", value: "write" };
const HEADING = { click: "th:nth-child(2) .sort" };
const REVOKED = { click: ".tab", index: 2 };

/** An address, the steps that are done there at once, and the address that they lead to. */
const CHOICES: readonly (readonly [string, readonly Step[], string])[] = [
  [
    "#/tokens",
    [
      WRITE,
      { choose: "For", value: "billing" },
      { choose: "Last use", value: "never" },
      { choose: "Order", value: "2" },
    ],
    "#/tokens?access=write&for=billing&unused=never&sort=expires_at",
  ],
  ["#/tokens?unused=never", [{ choose: "Last use", value: "" }, WRITE], "#/tokens?access=write"],
  ["#/tokens", [WRITE, HEADING, HEADING, REVOKED], "#/tokens?status=revoked&access=write&sort=-access"],
  ["#/tokens", [REVOKED, HEADING, WRITE], "#/tokens?status=revoked&access=write&sort=access"],
  ["#/tokens?from=2026-01-01&to=2036-01-01", [{ click: ".chip" }, WRITE], "#/tokens?access=write"],
  ["#/tokens?status=expired&q=not-there", [REVOKED, { click: ".empty a" }], "#/tokens?status=revoked"],
  [
    "#/activity",
    [
      { choose: "Action", value: "api-token.create" },
      { choose: "Role of the token", value: "target" },
      { type: "Token id", text: ` ${billing.id} ` },
      { type: "From", text: "2020-10-20" },
      { type: "To", text: "2036-10-20" },
      { blur: "From" },
      { blur: "To" },
    ],
    `#/activity?action=api-token.create&token=${billing.id}&from=2020-10-20&to=2036-10-20&part=target`,
  ],
  [
    "#/activity?from=2020-10-20",
    [
      { type: "From", text: "2020-10-21" },
      { type: "From", text: "2020-10-20" },
    ],
    "#/activity?from=2020-10-20",
  ],
  [
    "#/activity?from=2020-10-20",
    [{ type: "From", text: "2021-10-20" }, { blur: "From" }],
    "#/activity?from=2021-10-20",
  ],
];

test.each(CHOICES)("on %s several choices at once are all kept: %j", async (place, steps, expected) => {
  const { page } = await signedIn({ place });
  await page
    .locator(place.startsWith("#/activity") ? TRAIL : LIST)
    .first()
    .waitFor();
  await atOnce(page, ...steps);
  expect(await hash(page)).toBe(expected);
});

test("a list that was narrowed at once shows the tokens of all filters", async () => {
  const { page } = await openList();
  await page.getByRole("link", { name: "Invoices" }).waitFor();
  await atOnce(page, WRITE, { choose: "For", value: "billing" });
  await page.getByRole("link", { name: "Graphs" }).waitFor({ state: "detached" });
  expect(await page.locator(".token-link").allTextContents()).toEqual(["Invoices"]);
});

async function openList(): Promise<Tab> {
  const tab = await signedIn({ place: "#/tokens" });
  await tab.page.locator(LIST).waitFor();
  return tab;
}

test("a named service and a filter, chosen at once, are both kept", async () => {
  const { page } = await openList();
  await page.getByLabel("For", { exact: true }).selectOption("For another service…");
  await page.getByLabel("Name of the service").waitFor();
  await atOnce(page, WRITE, { type: "Name of the service", text: "wiki" }, { submit: "form.service" });
  expect(await hash(page)).toBe("#/tokens?access=write&for=wiki");
});

test("a search keeps the other filters, and does not start after the list was left", async () => {
  const { page } = await openList();
  await page.clock.install();
  await atOnce(page, { type: "Search descriptions and ids", text: "host-7 " }, WRITE);
  await page.clock.runFor(300);
  expect(await hash(page)).toBe("#/tokens?access=write&q=host-7");
  expect(await page.getByRole("searchbox").inputValue()).toBe("host-7 ");
  await page.locator('.tokens[aria-busy="false"] .token-link').first().waitFor();
  await atOnce(page, { type: "Search descriptions and ids", text: "host-7" }, { click: ".token-link" });
  const left = await hash(page);
  await page.clock.runFor(300);
  expect(left).toMatch(/^#\/tokens\/atok_/);
  expect(await hash(page)).toBe(left);
});

test("Next leads to the next page of the current list, also when it is clicked twice or while loading", async () => {
  const { page } = await openList();
  const next = { click: ".paging a:last-child" };
  await page.getByRole("link", { name: "Next" }).waitFor();
  await atOnce(page, { choose: "Access", value: "read" }, next);
  expect(await hash(page)).toBe("#/tokens?access=read");
  await page.getByText(/^1–50 of/).waitFor();

  const release = await hold(page, "api-token/list");
  await atOnce(page, next, next);
  const second = await hash(page);
  expect(second).toContain("&page=2&after=");
  // While the second page is on its way, the page that is shown is still the first.
  await page.locator('.tokens[aria-busy="true"]').waitFor();
  await page.getByRole("link", { name: "Next" }).click();
  expect(await hash(page)).toBe(second);
  await page.getByLabel("Access", { exact: true }).selectOption("write");
  await page.getByRole("navigation", { name: "Pages" }).waitFor({ state: "detached" });
  release();
  await page.getByText(/^1–50 of/).waitFor();
  expect(await hash(page)).toBe("#/tokens?access=write");
});

test("a day that is pressed up and down stays", async () => {
  const { page } = await signedIn({ place: "#/activity?from=2021-10-20" });
  const from = page.getByLabel("From", { exact: true });
  await page.locator(TRAIL).first().waitFor();
  await from.focus();
  for (let round = 0; round < 20; round += 1) {
    await Promise.all([page.keyboard.press("ArrowUp"), page.keyboard.press("ArrowDown")]);
    expect(await from.inputValue()).toBe("2021-10-20");
    expect(await hash(page)).toBe("#/activity?from=2021-10-20");
  }
});
