import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { PrefixProxy } from "../../support/browser/prefix-proxy.ts";
import { hold } from "../../support/browser/routes.ts";
import {
  authorize,
  block,
  open,
  operations,
  startSwagger,
  tryOut,
  useSwaggerPage,
  waitForSwagger,
} from "../../support/browser/swagger-page.ts";
import { until } from "../../support/patience.ts";

const { browser, server, openTab, openSwagger } = await useSwaggerPage();

test("without JavaScript the page lists every endpoint and leads to the document", async () => {
  const { page } = await openTab({ javaScriptEnabled: false });
  await page.goto("/swagger");
  expect(await page.locator("#outline .opblock:visible").count()).toBe((await operations()).length);
  expect(await page.content()).toContain('<a href="swagger/json">');
  const document = await page.goto(new URL("swagger/json", page.url()).href);
  expect(document?.status()).toBe(200);
});

test("opening the page brings Swagger UI into the cache; using it runs it from there", async () => {
  // A tab that reports requests to other servers would go past the cache.
  const page = await browser.newPage({ baseURL: server.url });
  await page.goto("/swagger");
  const fetched = () => page.evaluate<readonly number[]>(FETCHED);
  await until(async () => (await fetched()).length > 0);
  expect(await page.evaluate("'SwaggerUIBundle' in window")).toBe(false);
  expect(await page.locator("#swagger-ui").isVisible()).toBe(false);
  await startSwagger(page);
  const [ahead = 0, ...used] = await fetched();
  expect(ahead).toBeGreaterThan(100_000);
  expect(used).toEqual([0]);
  expect(await page.locator("#outline").count()).toBe(0);
  await page.close();
});

test.each([320, 1280])("nothing moves when Swagger UI takes over, %i pixels wide", async (width) => {
  const { page } = await openTab({ viewport: { width, height: 900 } });
  await page.goto("/swagger");
  const before = await places(page);
  await startSwagger(page);
  expect(before.length).toBeGreaterThan(2 * (await operations()).length);
  expect(await places(page)).toEqual([...before]);
});

describe("before Swagger UI is there", () => {
  /** Opens the outline, and holds Swagger UI back until the returned function is called. */
  async function openOutline(): Promise<{ readonly page: Page; readonly release: () => void }> {
    const { page } = await openTab();
    const release = await hold(page, "swagger-ui-bundle-*");
    await page.goto("/swagger");
    return { page, release };
  }

  test("a pressed endpoint is opened by it", async () => {
    const { page, release } = await openOutline();
    await page.locator('#outline a[href$="/rotateApiToken"]').click();
    release();
    await block(page, "rotateApiToken").locator(".execute").waitFor();
  });

  test("a pressed Authorize opens its dialog", async () => {
    const { page, release } = await openOutline();
    await page.locator("#outline").getByRole("button", { name: "Authorize" }).click();
    release();
    await page.locator("#auth-bearer-value:focus").waitFor();
  });

  test("text typed into the filter goes on in its filter", async () => {
    const { page, release } = await openOutline();
    await page.getByRole("searchbox", { name: "Filter operations" }).pressSequentially("audit");
    release();
    await waitForSwagger(page);
    await page.locator(".operation-filter-input:focus").waitFor();
    await page.keyboard.type("-event");
    expect(await page.locator(".operation-filter-input").inputValue()).toBe("audit-event");
  });

  test("the focus on a link stays there", async () => {
    const { page, release } = await openOutline();
    const focused = page.locator("a:focus", { hasText: "Admin page" });
    await page.keyboard.press("Tab");
    await focused.waitFor();
    release();
    await waitForSwagger(page);
    expect(await focused.count()).toBe(1);
  });
});

test("an endpoint that is pressed while the document is on its way is opened", async () => {
  const { page } = await openTab();
  const release = await hold(page, "swagger/json");
  await page.goto("/swagger");
  const asked = page.waitForRequest("**/swagger/json");
  await page.mouse.move(1, 1);
  await page.mouse.move(2, 2);
  await asked;
  await page.locator('#outline a[href$="/rotateApiToken"]').click();
  release();
  await block(page, "rotateApiToken").locator(".execute").waitFor();
});

test("the page says so if Swagger UI does not load", async () => {
  const { page, faults } = await openTab();
  await page.route("**/swagger-ui-bundle-*", async (route) => await route.abort());
  await page.goto("/swagger");
  await page.mouse.move(1, 1);
  await page.getByRole("alert").filter({ hasText: "The rest of this page did not load." }).waitFor();
  expect(faults.splice(0)).toEqual(["Failed to load resource: net::ERR_FAILED"]);
  expect(await page.locator("#outline .opblock").count()).toBe((await operations()).length);
});

test("below a path prefix the page works, and leads to the admin page", async () => {
  await using proxy = new PrefixProxy("/tokens/", server.url);
  const { page, faults } = await openTab({ origin: proxy.origin });
  await page.goto("/tokens/swagger/");
  expect(new URL(page.url()).pathname).toBe("/tokens/swagger");
  await startSwagger(page);
  await authorize(page, server.firstToken);
  expect((await tryOut(page, "getCurrentApiToken")).status).toBe("200");
  const current = await open(page, "getCurrentApiToken");
  expect(await current.locator(".request-url").textContent()).toContain(
    "/tokens/publisher.v1/api-token/current",
  );
  await page.getByRole("link", { name: "Admin page" }).click();
  await page.waitForURL(`${proxy.origin}/tokens/`);
  // The browser asks for /favicon.ico, which the proxy does not have.
  expect(faults.splice(0).filter((fault) => !fault.includes("404"))).toEqual([]);
});

test("the page leads to the admin page, and that leads back", async () => {
  const { page } = await openSwagger();
  await page.getByRole("link", { name: "Admin page" }).click();
  await page.getByLabel("API token").fill(server.firstToken);
  await page.getByRole("button", { name: "Sign in" }).click();
  const link = page.getByRole("link", { name: "API reference" });
  expect(new URL((await link.getAttribute("href")) ?? "", page.url()).pathname).toBe("/swagger");
});

/** How many bytes came over the network each time that the page asked for Swagger UI. */
const FETCHED =
  "performance.getEntriesByType('resource').filter(({ name }) => name.includes('swagger-ui-bundle')).map(({ transferSize }) => transferSize)";

/** Where everything is that the outline and Swagger UI both have. */
async function places(page: Page): Promise<readonly string[]> {
  return await page.evaluate(`[...document.querySelectorAll("h1, .auth-wrapper .authorize, .operation-filter-input, .opblock-tag, .opblock, .opblock-summary-description")]
    .filter((part) => part.checkVisibility())
    .map((part) => { const { top, left, height } = part.getBoundingClientRect(); return [part.className, top, left, height].join(" "); })`);
}
