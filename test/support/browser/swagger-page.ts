import { expect } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { Truth } from "../http/truth.ts";
import type { Tab } from "./browser.ts";
import { type BrowserTests, type TabOptions, useBrowser } from "./use-browser.ts";

export interface SwaggerTests extends BrowserTests {
  /** Opens the Swagger page in a new tab, and begins to use it. */
  readonly openSwagger: (options?: TabOptions) => Promise<Tab>;
}

/** A browser and a server for the tests of the Swagger page in the file that calls this. */
export async function useSwaggerPage(): Promise<SwaggerTests> {
  const tests = await useBrowser();
  const openSwagger = async (options?: TabOptions) => {
    const tab = await tests.openTab(options);
    await tab.page.goto("/swagger");
    await startSwagger(tab.page);
    return tab;
  };
  return { ...tests, openSwagger };
}

/** The answer that the page shows. */
interface Shown {
  readonly status: string | null;
  readonly body: string;
}

/** Begins to use the Swagger page that is open, and waits until Swagger UI has taken over. */
export async function startSwagger(page: Page): Promise<void> {
  await page.mouse.move(1, 1);
  await page.mouse.move(2, 2);
  await waitForSwagger(page);
}

export async function waitForSwagger(page: Page): Promise<void> {
  await page.locator("#swagger-ui:not([hidden]) .opblock").first().waitFor();
}

/** All operations of the document. */
export async function operations() {
  const { paths } = (await Truth.read()).document;
  return Object.values(paths).flatMap((methods) => Object.values(methods));
}

export function block(page: Page, operationId: string) {
  return page.locator(`.opblock[id$="-${operationId}"]`);
}

/** Opens the Authorize dialog. */
export async function openDialog(page: Page): Promise<void> {
  await page.locator(".auth-wrapper > .authorize").click();
  const ready = page.locator("#auth-bearer-value:focus").or(page.getByRole("button", { name: "Logout" }));
  await ready.first().waitFor();
}

export async function authorize(page: Page, secret: string, fill = fillBearer): Promise<void> {
  await openDialog(page);
  const field = await fill(page, secret);
  expect(await field.getAttribute("type")).toBe("password");
  expect(await field.getAttribute("autocomplete")).toBe("off");
  await schemeWith(page, field).locator(".authorize").click();
  await page.locator(".auth-container .btn-done").first().click();
}

export async function fillBearer(page: Page, secret: string): Promise<Locator> {
  const field = page.locator("#auth-bearer-value");
  await field.fill(secret);
  return field;
}

export async function fillBasic(page: Page, secret: string): Promise<Locator> {
  await page.locator("#auth-basic-username").fill("wiki");
  const field = page.locator("#auth-basic-password");
  await field.fill(secret);
  return field;
}

/** The part of the dialog that is for the way to authorize with that field. */
export function schemeWith(page: Page, field: Locator): Locator {
  return page.locator(".auth-container", { has: field });
}

export async function open(page: Page, operationId: string) {
  const opened = block(page, operationId);
  await opened.locator(".opblock-summary-control").click();
  await opened.locator(".execute").waitFor();
  return opened;
}

/** Sends the example, or the body that is given, and reads the answer. */
export async function tryOut(page: Page, operationId: string, body?: string): Promise<Shown> {
  const opened = await open(page, operationId);
  if (body !== undefined) await opened.locator("textarea.body-param__text").fill(body);
  const clear = opened.locator(".btn-clear");
  if ((await clear.count()) > 0) await clear.click();
  await opened.locator(".execute").click();
  const answer = opened.locator(".live-responses-table .response");
  const shown = {
    status: await answer.locator(".response-col_status").textContent(),
    body: (await answer.locator(".highlight-code code").first().textContent()) ?? "",
  };
  // Every open endpoint makes each click on the page slower.
  await opened.locator(".opblock-summary-control").click();
  return shown;
}
