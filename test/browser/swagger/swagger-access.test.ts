import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { examine } from "../../support/browser/examine.ts";
import {
  authorize,
  fillBearer,
  open,
  openDialog,
  startSwagger,
  tryOut,
  useSwaggerPage,
} from "../../support/browser/swagger-page.ts";

const { server, openTab, openSwagger } = await useSwaggerPage();

async function expectAccessible(page: Page, name: string): Promise<void> {
  await examine(page, name, { isAxeNarrow: true });
}

test("axe finds nothing in the outline and in Swagger UI, and both fit the screen", async () => {
  const { page } = await openTab();
  await page.goto("/swagger");
  await expectAccessible(page, "swagger-outline");
  await startSwagger(page);
  await expectAccessible(page, "swagger-ui");
  await page.locator(".operation-filter-input").fill("nothing like this");
  await page.locator(".no-match").waitFor();
  await expectAccessible(page, "swagger-no-match");
});

test("axe finds nothing in the Authorize dialog, before and after", async () => {
  const { page } = await openSwagger();
  await openDialog(page);
  await expectAccessible(page, "swagger-dialog");
  await fillBearer(page, server.firstToken);
  await page.locator(".auth-container .authorize").first().click();
  await page.getByRole("button", { name: "Logout" }).waitFor();
  await expectAccessible(page, "swagger-dialog-authorized");
});

test("axe finds nothing in the Authorize dialog with a token that is refused", async () => {
  const { page } = await openSwagger();
  await openDialog(page);
  await fillBearer(page, "nonsense");
  await page.keyboard.press("Enter");
  await page.locator(".refused-token").waitFor();
  await expectAccessible(page, "swagger-dialog-refused");
});

test("axe finds nothing in operations that are open and answered", async () => {
  const { page } = await openSwagger();
  await authorize(page, server.firstToken);
  const create = await open(page, "createApiToken");
  await expectAccessible(page, "swagger-open");
  await create.locator(".execute").click();
  await create.locator(".live-responses-table .response").waitFor();
  await create.getByRole("tab", { name: "Schema" }).last().click();
  await expectAccessible(page, "swagger-answered");
  await create.locator(".opblock-summary-control").click();
  expect((await tryOut(page, "getApiToken", "{")).status).toBe("400");
  await open(page, "introspectToken");
  await open(page, "authorizeReading");
  await expectAccessible(page, "swagger-forms");
});

test("axe finds nothing in the schemas", async () => {
  const { page } = await openSwagger();
  await page.locator("section.models h4 button").click();
  await page.locator("section.models .json-schema-2020-12").first().waitFor();
  await expectAccessible(page, "swagger-schemas");
});
