import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { signedIn, signIn } from "../../support/browser/admin-page.ts";
import { launchBrowser, Tab, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import { RunningServer } from "../../support/executable/executable.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const NAME =
  "Everything that the nightly export of the accounts to the data warehouse in the other region needs";

let browser: Browser;
let server: RunningServer;
let id: string;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), RunningServer.start()]);
  const audiences = ["billing", "reports-of-the-other-region-and-of-this-one", "grafana"];
  const expires_at = new Date(Date.now() + 3 * 86_400_000).toISOString();
  const create = { access: "write", audiences, description: NAME, expires_at };
  id = (await server.call("api-token/create", create)).json.id;
  await server.call("api-token/rotate", { id, overlap_seconds: 3600 });
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

/** Text at 200 % and the spacing that https://www.w3.org/TR/WCAG22/#text-spacing names. */
const WIDE_TEXT = `(() => {
  document.documentElement.style.fontSize = "200%";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { letter-spacing: .12em !important; word-spacing: .16em !important; line-height: 1.5 !important }");
  document.adoptedStyleSheets = [sheet];
})()`;

/** Texts that reach beyond the window, unless what they are in scrolls, and the width of the page. */
const BEYOND = `(() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (element) => {
    for (let each = element; each !== null; each = each.parentElement)
      if (/auto|scroll|hidden/.test(getComputedStyle(each).overflowX)) return true;
    return false;
  };
  const texts = document.createNodeIterator(document.getElementById("app"), NodeFilter.SHOW_TEXT);
  const found = [];
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(text);
    if (scrolls(text.parentElement)) continue;
    for (const { left, right } of range.getClientRects())
      if (left < -1 || right > width + 1) found.push(text.data);
  }
  return { found, isWider: document.scrollingElement.scrollWidth > width };
})()`;

async function expectFit(page: Page, where: string): Promise<void> {
  await page.evaluate(WIDE_TEXT);
  expect([where, await page.evaluate(BEYOND)]).toEqual([where, { found: [], isWider: false }]);
}

test("text at 200 % and with wide spacing fits into 320 px", async () => {
  await using tab = await Tab.open(browser, server.url, { viewport: { width: 320, height: 720 } });
  const { page } = tab;
  await page.goto("/");
  await page.getByLabel("API token").waitFor();
  await expectFit(page, "sign-in");
  await signIn(tab, server.firstToken);
  await page.getByRole("link", { name: NAME }).first().waitFor();
  await expectFit(page, "list");
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("radio", { name: "Services", exact: true }).check();
  await page.getByRole("radio", { name: "On a date" }).check();
  await page.keyboard.press("Escape");
  await page.getByRole("alertdialog").waitFor();
  await expectFit(page, "create");
  await page.getByRole("button", { name: "Discard" }).click();
  await page.goto(`/#/tokens/${id}`);
  await page.getByText("Protect a service").click();
  await page.locator(".event-source").first().waitFor();
  await page.getByRole("link", { name: "First token" }).first().waitFor();
  await expectFit(page, "token");
  await page.getByRole("link", { name: "Activity" }).click();
  await page.locator(".event-source").first().waitFor();
  await expectFit(page, "activity");
  expect(tab.faults).toEqual([]);
});

/** A value of the computed style of the first element that a selector finds. */
async function styleOf(page: Page, selector: string, property: string): Promise<unknown> {
  return await page.evaluate(
    `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).getPropertyValue("${property}")`,
  );
}

test("with forced colours, what is chosen, the bars and the states are still told apart", async () => {
  await using tab = await signedIn(browser, server, { forcedColors: "active" });
  const { page } = tab;
  await page.getByRole("link", { name: NAME }).first().waitFor();
  expect(await page.evaluate("matchMedia('(forced-colors: active)').matches")).toBe(true);
  const current = await styleOf(page, '.tab[aria-current="page"]', "border-bottom-color");
  expect(current).not.toBe(await styleOf(page, ".tab:not([aria-current])", "border-bottom-color"));
  await page.locator(".bar").first().waitFor({ state: "attached" });
  expect(await styleOf(page, ".bar", "background-color")).not.toBe(
    await styleOf(page, "body", "background-color"),
  );
  expect(await styleOf(page, ".badge", "border-top-style")).toBe("solid");
  expect(tab.faults).toEqual([]);
});

test("the page is printed without its buttons and with exact times, also by a dark browser", async () => {
  await using tab = await signedIn(browser, server, { colorScheme: "dark" });
  const { page } = tab;
  const row = page.getByRole("row", { name: NAME }).first();
  await row.waitFor();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  for (const hidden of [".masthead", ".filters", ".page-head .button", ".row-action .button"])
    expect([hidden, await page.locator(hidden).first().isVisible()]).toEqual([hidden, false]);
  await page.getByRole("heading", { name: "API tokens" }).waitFor();
  expect(await styleOf(page, ".ending .exact", "opacity")).toBe("1");
  expect(await styleOf(page, "body", "color")).toBe("rgb(24, 27, 34)");
  await page.emulateMedia({ media: null });
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("button", { name: "Create token" }).click();
  await page.locator(".secret-text").waitFor();
  await page.emulateMedia({ media: "print" });
  expect(await page.locator(".secret-text").isVisible()).toBe(true);
  expect(await page.getByRole("heading", { name: "API tokens", includeHidden: true }).isVisible()).toBe(
    false,
  );
  expect(tab.faults).toEqual([]);
});
