import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { launchBrowser, Tab, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import { PrefixProxy } from "../../support/browser/prefix-proxy.ts";
import {
  authorize,
  block,
  open,
  openSwagger,
  operations,
  startSwagger,
  tryOut,
} from "../../support/browser/swagger-page.ts";
import { RunningServer } from "../../support/executable/executable.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const browser = await launchBrowser();
const server = await RunningServer.start();
afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

test("without JavaScript the page lists every endpoint and leads to the document", async () => {
  await using tab = await Tab.open(browser, server.url, { javaScriptEnabled: false });
  const { page } = tab;
  await page.goto("/swagger");
  expect(await page.locator("#outline .opblock:visible").count()).toBe((await operations()).length);
  expect(await page.content()).toContain('<a href="swagger/json">');
  const document = await page.goto(new URL("swagger/json", page.url()).href);
  expect(document?.status()).toBe(200);
});

test("opening the page brings Swagger UI into the cache; using it runs it from there", async () => {
  // A tab that tells of other servers would go past the cache.
  const page = await browser.newPage({ baseURL: server.url });
  await page.goto("/swagger");
  const fetched = () => page.evaluate<readonly number[]>(FETCHED);
  while ((await fetched()).length === 0) await Bun.sleep(20);
  expect(await page.evaluate("'SwaggerUIBundle' in window")).toBe(false);
  expect(await page.locator("#swagger-ui").isVisible()).toBe(false);
  await startSwagger(page);
  const [ahead = 0, ...used] = await fetched();
  expect(ahead).toBeGreaterThan(100_000);
  expect(used).toEqual([0]);
  expect(await page.locator("#outline").count()).toBe(0);
  await page.close();
});

for (const width of [320, 1280]) {
  test(`nothing moves when Swagger UI takes over, ${width} pixels wide`, async () => {
    await using tab = await Tab.open(browser, server.url, { viewport: { width, height: 900 } });
    const { page } = tab;
    await page.goto("/swagger");
    const before = await places(page);
    await startSwagger(page);
    expect(before.length).toBeGreaterThan(2 * (await operations()).length);
    expect(await places(page)).toEqual([...before]);
  });
}

test("what is pressed and typed before Swagger UI is there is done by it", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  let done = Promise.withResolvers<void>();
  await page.route("**/swagger-ui-bundle-*", async (route) => {
    await done.promise;
    await route.continue();
  });
  const reopen = async () => {
    done = Promise.withResolvers<void>();
    await page.goto("/swagger");
  };
  await reopen();
  await page.locator('#outline a[href$="/rotateApiToken"]').click();
  done.resolve();
  await block(page, "rotateApiToken").locator(".execute").waitFor();

  await reopen();
  await page.locator("#outline").getByRole("button", { name: "Authorize" }).click();
  done.resolve();
  await page.locator("#auth-bearer-value:focus").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".modal-ux").waitFor({ state: "detached" });

  await reopen();
  await page.getByRole("searchbox", { name: "Filter operations" }).pressSequentially("audit");
  done.resolve();
  await page.locator("#swagger-ui:not([hidden]) .opblock").first().waitFor();
  await page.locator(".operation-filter-input:focus").waitFor();
  await page.keyboard.type("-event");
  await expect(page.locator(".operation-filter-input").inputValue()).resolves.toBe("audit-event");

  await reopen();
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Admin page");
  done.resolve();
  await page.locator("#swagger-ui:not([hidden]) .opblock").first().waitFor();
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Admin page");
  expect(tab.faults).toEqual([]);
});

test("an endpoint that is pressed while the document is on its way is opened", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  const pressed = Promise.withResolvers<void>();
  await page.route("**/swagger/json", async (route) => {
    await pressed.promise;
    await route.continue();
  });
  await page.goto("/swagger");
  const asked = page.waitForRequest("**/swagger/json");
  await page.mouse.move(1, 1);
  await page.mouse.move(2, 2);
  await asked;
  await page.locator('#outline a[href$="/rotateApiToken"]').click();
  pressed.resolve();
  await block(page, "rotateApiToken").locator(".execute").waitFor();
});

test("the page says so if Swagger UI does not load", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await page.route("**/swagger-ui-bundle-*", async (route) => await route.abort());
  await page.goto("/swagger");
  await page.mouse.move(1, 1);
  await page.getByRole("alert").filter({ hasText: "The rest of this page did not load." }).waitFor();
  expect(await page.locator("#outline .opblock").count()).toBe((await operations()).length);
});

test("below a path prefix the page works, and leads to the admin page", async () => {
  await using proxy = new PrefixProxy("/tokens/", server.url);
  await using tab = await Tab.open(browser, proxy.origin);
  const { page } = tab;
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
  expect(tab.faults.filter((fault) => !fault.includes("404"))).toEqual([]);
});

test("the page leads to the admin page, and that leads back", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await openSwagger(page);
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
