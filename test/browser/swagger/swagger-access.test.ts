import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { launchBrowser, SCREENSHOTS, Tab, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import { authorize, open, openSwagger, startSwagger, tryOut } from "../../support/browser/swagger-page.ts";
import { RunningServer } from "../../support/executable/executable.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const browser = await launchBrowser();
const server = await RunningServer.start();
beforeAll(() => mkdirSync(SCREENSHOTS, { recursive: true }));
afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

/** In the dark, all but the colors is as before. */
const RULES = { light: "", dark: "runOnly: ['color-contrast']," };

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

test("axe finds nothing in the outline and in Swagger UI, and both fit the screen", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await page.goto("/swagger");
  await examine(page, "swagger-outline");
  await startSwagger(page);
  await examine(page, "swagger-ui");
  await page.locator(".operation-filter-input").fill("nothing like this");
  await page.locator(".no-match").waitFor();
  await examine(page, "swagger-no-match");
  expect(tab.faults).toEqual([]);
});

test("axe finds nothing in the Authorize dialog, before and after", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await openSwagger(page);
  await page.locator(".auth-wrapper .authorize").click();
  await page.getByRole("dialog", { name: "Authorize" }).waitFor();
  await examine(page, "swagger-dialog");
  await page.locator("#auth-bearer-value").fill(server.firstToken);
  await page.locator(".auth-container .authorize").first().click();
  await page.getByRole("button", { name: "Logout" }).waitFor();
  await examine(page, "swagger-dialog-authorized");
  expect(tab.faults).toEqual([]);
});

test("axe finds nothing in the Authorize dialog with a token that is refused", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await openSwagger(page);
  await page.locator(".auth-wrapper .authorize").click();
  await page.locator("#auth-bearer-value").fill("nonsense");
  await page.keyboard.press("Enter");
  await page.locator(".refused-token").waitFor();
  await examine(page, "swagger-dialog-refused");
  expect(tab.faults).toEqual([]);
});

test("axe finds nothing in operations that are open and answered", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await openSwagger(page);
  await authorize(page, server.firstToken);
  const create = await open(page, "createApiToken");
  await examine(page, "swagger-open");
  await create.locator(".execute").click();
  await create.locator(".live-responses-table .response").waitFor();
  await create.getByRole("tab", { name: "Schema" }).last().click();
  await examine(page, "swagger-answered");
  await create.locator(".opblock-summary-control").click();
  expect((await tryOut(page, "getApiToken", "{")).status).toBe("400");
  await open(page, "introspectToken");
  await open(page, "authorizeReading");
  await examine(page, "swagger-forms");
  expect(tab.faults).toEqual([]);
});

test("axe finds nothing in the schemas", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await openSwagger(page);
  await page.locator("section.models h4 button").click();
  await page.locator("section.models .json-schema-2020-12").first().waitFor();
  await examine(page, "swagger-schemas");
  expect(tab.faults).toEqual([]);
});

/** What is shown, in every size and scheme: pictured, nothing wider than the screen, and nothing that axe objects to. */
async function examine(page: Page, name: string): Promise<void> {
  for (const colors of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: colors });
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${colors}.png`) });
      expect([name, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([name, width]);
      expect([name, colors, width, await violations(page, RULES[colors])]).toEqual([name, colors, width, []]);
    }
  }
}

/** What axe objects to, of WCAG and of good practice. */
async function violations(page: Page, rules: string) {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const result = await page.evaluate<{ violations: readonly Violation[] }>(
    `axe.run(document, { ${rules} resultTypes: ['violations'], preload: false })`,
  );
  return result.violations.map(({ id, nodes }) => [
    id,
    nodes.map(({ html, failureSummary }) => [html, failureSummary]),
  ]);
}
