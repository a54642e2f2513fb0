import { beforeEach, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { signIn, useAdminPage } from "../../support/browser/admin-page.ts";
import type { Tab } from "../../support/browser/browser.ts";
import { until } from "../../support/patience.ts";
import { type ManyToken, manyTokens, writeTokens } from "../../support/store/many-tokens.ts";

const COUNT = 10_000;
const LATEST = Number.MAX_SAFE_INTEGER;
const PAGE_SIZE = 50;

const many = manyTokens(COUNT);
const active = many.filter(({ expiresAt, revokedAt }) => {
  return revokedAt === null && (expiresAt === null || expiresAt > Date.now() / 1000);
});
const { server, openTab, signedIn } = await useAdminPage();
writeTokens(server.dataDir, many);

let tab: Tab;
let page: Page;

beforeEach(async () => {
  tab = await signedIn({ viewport: { width: 1280, height: 900 } });
  page = tab.page;
});

/** Waits until the list is these descriptions, or begins with them, and no longer loads. */
async function expectListed(expected: readonly string[], { isWhole = true } = {}): Promise<void> {
  let listed: readonly string[] = [];
  const isThere = async () => {
    await page.locator('.tokens[aria-busy="false"], .empty').first().waitFor();
    const all = await page.locator(".token-link").allTextContents();
    listed = isWhole ? all : all.slice(0, expected.length);
    return Bun.deepEquals(listed, expected);
  };
  await until(isThere).catch(() => expect(listed).toEqual(expected));
}

function names(tokens: readonly ManyToken[]): readonly string[] {
  return tokens.slice(0, PAGE_SIZE).map(({ description }) => description);
}

function bySoonest(a: ManyToken, b: ManyToken): number {
  return (a.expiresAt ?? LATEST) - (b.expiresAt ?? LATEST) || (a.id < b.id ? -1 : 1);
}

async function figure(name: string): Promise<string> {
  return (await page.locator(".figure", { hasText: name }).locator(".figure-count").textContent()) ?? "";
}

function number(count: number): string {
  return count.toLocaleString("en");
}

test("the numbers at a glance are those of the store", async () => {
  await page.getByText(/tokens, by week/).waitFor();
  const today = Math.floor(Date.now() / 86_400_000);
  const within = (days: number) =>
    active.filter(({ expiresAt }) => expiresAt !== null && Math.floor(expiresAt / 86_400) <= today + days)
      .length;
  const expired = many.filter(({ revokedAt }) => revokedAt === null).length - active.length;
  // The first token is active too.
  expect(await figure("Active")).toBe(number(active.length + 1));
  expect(await figure("Expired")).toBe(number(expired));
  expect(await figure("Expire within 7 days")).toBe(number(within(6)));
  expect(await figure("Expire within 30 days")).toBe(number(within(29)));
  const lastDay = new Date((today + 6) * 86_400_000).toISOString().slice(0, 10);
  const link = page.locator(".figure", { hasText: "within 7 days" }).locator("a");
  expect(await link.getAttribute("href")).toContain(`to=${lastDay}`);
  const weeks = await page.locator(".week .unseen").allTextContents();
  expect(weeks).toHaveLength(13);
  const inWeeks = weeks.map((words) => Number(/: ([\d,]+) token/.exec(words)?.[1]?.replaceAll(",", "")));
  expect(inWeeks.reduce((sum, count) => sum + count, 0)).toBe(within(89));
});

test("every token is on exactly one page, and Back and Previous go back", async () => {
  await page.goto("/#/tokens?access=write");
  const writers = active.filter(({ access }) => access === "write").map(({ description }) => description);
  const newestFirst = ["First token", ...writers.toReversed()];
  await expectListed(newestFirst.slice(0, PAGE_SIZE));
  for (let before = PAGE_SIZE; before < 4 * PAGE_SIZE; before += PAGE_SIZE) {
    await page.getByRole("link", { name: "Next" }).click();
    await page.getByText(`${before + 1}–${before + PAGE_SIZE} of ${number(newestFirst.length)}`).waitFor();
    await expectListed(newestFirst.slice(before, before + PAGE_SIZE));
  }
  await page.getByRole("link", { name: "Previous" }).click();
  await page.getByText("101–150 of").waitFor();
  await page.goBack();
  await page.getByText("151–200 of").waitFor();
  await expectListed(newestFirst.slice(150, 200));
});

test("another page begins at its top, and Back from a token leads to its row", async () => {
  await page.goto("/#/tokens?status=all&access=read");
  const readers = many.filter(({ access }) => access === "read").toReversed();
  await expectListed(names(readers));
  await page.getByRole("link", { name: "Next" }).click();
  await expectListed(names(readers.slice(PAGE_SIZE)));
  const top = await page.evaluate("document.querySelector('section.card').getBoundingClientRect().top");
  expect(Math.abs(Number(top))).toBeLessThan(2);

  const row = page.locator(".token-link").nth(40);
  await row.scrollIntoViewIfNeeded();
  const y = await page.evaluate("scrollY");
  expect(y).toBeGreaterThan(1000);
  await row.click();
  await page.getByRole("heading", { level: 1 }).and(page.locator(":focus")).waitFor();
  expect(await page.evaluate("scrollY")).toBe(0);
  await page.goBack();
  await expectListed(names(readers.slice(PAGE_SIZE)));
  expect(await page.evaluate("scrollY")).toBe(y);
});

test("a search, a status, an access and an order are in the address, and load the list again", async () => {
  await page.goto("/#/tokens");
  await page.getByRole("searchbox").fill("HOST-7");
  const hits = active.filter(({ description }) => /host-7/i.test(description));
  await expectListed(names(hits.toReversed()));
  await page.getByLabel("Access", { exact: true }).selectOption("write");
  await page.getByRole("button", { name: "Expires" }).click();
  const soonest = hits.filter(({ access }) => access === "write").sort(bySoonest);
  await expectListed(names(soonest));
  expect(await page.getByRole("columnheader", { name: "Expires" }).getAttribute("aria-sort")).toBe(
    "ascending",
  );

  const address = page.url();
  expect(address).toEndWith("#/tokens?access=write&q=HOST-7&sort=expires_at");
  await page.goto("about:blank");
  await page.goto(address);
  await signIn(tab.page, server.firstToken);
  await expectListed(names(soonest));
  expect(await page.getByRole("searchbox").inputValue()).toBe("HOST-7");

  await page.getByLabel("Access", { exact: true }).selectOption("read");
  await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: "Revoked" }).click();
  const revoked = many.filter(
    ({ revokedAt, access, description }) => revokedAt && access === "read" && /host-7/i.test(description),
  );
  expect(revoked.length).toBeGreaterThan(PAGE_SIZE);
  await page.getByRole("button", { name: "Token", exact: true }).click();
  await expectListed(names(revoked));
});

test("tokens without a recent use are found by a link and by a filter", async () => {
  await page.getByRole("link", { name: /never used$/ }).click();
  await page.waitForURL(/#\/tokens\?unused=never$/);
  // The first token, which signed in here, may write.
  await page.getByLabel("Access", { exact: true }).selectOption("read");
  const neverUsed = active.filter(({ access, lastUsedAt }) => access === "read" && lastUsedAt === null);
  await expectListed(names(neverUsed.toReversed()));
  await page.getByLabel("Last use").selectOption("Last used 90+ days ago");
  const day = new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10);
  await page.waitForURL(new RegExp(`access=read&unused=${day}$`));
});

test("a secret is not searched for", async () => {
  const other = await signedIn();
  await other.page.clock.install();
  await other.page.getByRole("searchbox").fill(server.firstToken);
  await other.page.getByText("This is a token itself.").waitFor();
  await other.page.clock.runFor(1000);
  expect(other.page.url()).not.toContain("sk_live");
});

test("a bar of the chart leads to the tokens of its week", async () => {
  const bar = page.locator(".week").nth(3);
  const [, count = ""] = /: ([\d,]+) token/.exec((await bar.locator(".unseen").textContent()) ?? "") ?? [];
  await bar.locator("a").click();
  await page.waitForURL(/from=[\d-]+&to=[\d-]+/);
  const links = Math.min(Number(count.replace(",", "")), PAGE_SIZE);
  expect(links).toBeGreaterThan(0);
  await until(async () => (await page.locator(".token-link").count()) === links);
});

test("a token has its own address, and All tokens leads back to the same list", async () => {
  await page.goto("/#/tokens?status=expired&sort=-description");
  const last = many.findLast(
    ({ expiresAt, revokedAt }) => revokedAt === null && expiresAt !== null && expiresAt <= Date.now() / 1000,
  );
  const name = last?.description ?? "";
  await expectListed([name], { isWhole: false });
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { name }).waitFor();
  expect(page.url()).toMatch(/#\/tokens\/atok_0Many\d+$/);
  expect(await page.title()).toBe(`${name} · Publisher`);
  await page.getByRole("link", { name: "All tokens" }).click();
  await page.waitForURL(/status=expired&sort=-description/);
  await expectListed([name], { isWhole: false });
});

test("the exact time of an expiry shows on hover, and when its row has the focus", async () => {
  await page.goto("/#/tokens?sort=expires_at");
  const [soonest] = active.toSorted(bySoonest);
  await expectListed([soonest?.description ?? ""], { isWhole: false });
  const row = page.getByRole("row").nth(1);
  const exact = row.locator(".ending .exact");
  const opacity = async () =>
    await page.evaluate("getComputedStyle(document.querySelector('.ending .exact')).opacity");
  expect(await exact.textContent()).toMatch(/, \d+ \w{3} \d{4}, \d\d:\d\d:\d\d UTC$/);
  await page.mouse.move(0, 0);
  expect(await opacity()).toBe("0");
  await row.locator(".ending time").hover();
  expect(await opacity()).toBe("1");
  await page.mouse.move(0, 0);
  await page.getByRole("button", { name: "Last used" }).focus();
  await page.keyboard.press("Tab");
  expect(await opacity()).toBe("1");
});

test("where there is no room for headings, the order is chosen from a list", async () => {
  await page.setViewportSize({ width: 320, height: 700 });
  const reference = page.getByRole("link", { name: "API reference" });
  expect(await reference.isVisible()).toBe(true);
  expect((await reference.boundingBox())?.width).toBeGreaterThan(24);
  expect(await reference.getAttribute("target")).toBe("_blank");
  await page.goto("/#/tokens");
  await page.getByLabel("Order").selectOption("Expiring first");
  await expectListed(names(active.toSorted(bySoonest)));
  expect(page.url()).toEndWith("#/tokens?sort=expires_at");
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByLabel("Order").waitFor({ state: "hidden" });
});

test("a token that ends while the list is open is shown as expired", async () => {
  const other = await openTab();
  // Without the time of the server, which cannot be set here, the page goes by its own clock.
  await other.page.route("**/publisher.v1/**", async (route) => {
    const response = await route.fetch();
    const { date, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  await other.page.clock.install();
  await other.page.goto("/");
  await signIn(other.page, server.firstToken);
  const expiresAt = new Date(Date.now() + 20 * 60_000).toISOString();
  await server.call("api-token/create", { access: "read", description: "Brief", expires_at: expiresAt });
  await other.page.getByRole("link", { name: "All", exact: true }).click();
  const row = other.page.getByRole("row", { name: /Brief/ });
  await row.locator(".wide-cell .status-active").waitFor();
  await other.page.clock.fastForward("20:30");
  await row.locator(".wide-cell .status-expired").waitFor();
});
