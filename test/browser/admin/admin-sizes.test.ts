import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { createByForm, openForm, signIn, useAdminPage } from "../../support/browser/admin-page.ts";

const NAME =
  "Everything that the nightly export of the accounts to the data warehouse in the other region needs";

const { server, openTab, signedIn, create } = await useAdminPage();
const { id } = await create({
  access: "write",
  audiences: ["billing", "reports-of-the-other-region-and-of-this-one", "grafana"],
  description: NAME,
  expires_at: new Date(Date.now() + 3 * 86_400_000).toISOString(),
});
await server.call("api-token/rotate", { id, overlap_seconds: 3600 });

/** Text at 200 % and the spacing that https://www.w3.org/TR/WCAG22/#text-spacing names. */
const WIDE_TEXT = `(() => {
  document.documentElement.style.fontSize = "200%";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { letter-spacing: .12em !important; word-spacing: .16em !important; line-height: 1.5 !important }");
  document.adoptedStyleSheets = [sheet];
})()`;

/** Texts that reach beyond the window, unless their container scrolls, and the width of the page. */
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
  const { page } = await openTab({ viewport: { width: 320, height: 720 } });
  await page.goto("/");
  await page.getByLabel("API token").waitFor();
  await expectFit(page, "sign-in");
  await signIn(page, server.firstToken);
  await page.getByRole("link", { name: NAME }).first().waitFor();
  await expectFit(page, "list");
  await openForm(page);
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
});

/** A value of the computed style of the first element that a selector finds. */
async function styleOf(page: Page, selector: string, property: string): Promise<unknown> {
  return await page.evaluate(
    `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).getPropertyValue("${property}")`,
  );
}

test("with forced colours, the chosen tab, the bars and the states still differ", async () => {
  const tab = await signedIn({ forcedColors: "active" });
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
});

test("the page is printed without its buttons and with exact times, also by a dark browser", async () => {
  const { page } = await signedIn({ colorScheme: "dark" });
  const row = page.getByRole("row", { name: NAME }).first();
  await row.waitFor();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  for (const hidden of [".masthead", ".filters", ".page-head .button", ".row-action .button"])
    expect([hidden, await page.locator(hidden).first().isVisible()]).toEqual([hidden, false]);
  await page.getByRole("heading", { name: "API tokens" }).waitFor();
  expect(await styleOf(page, ".ending .exact", "opacity")).toBe("1");
  expect(await styleOf(page, "body", "color")).toBe("rgb(24, 27, 34)");
  await page.emulateMedia({ media: null });
  await createByForm(page);
  await page.emulateMedia({ media: "print" });
  expect(await page.locator(".secret-text").isVisible()).toBe(true);
  await page.getByRole("heading", { name: "API tokens", includeHidden: true }).waitFor({ state: "hidden" });
});
