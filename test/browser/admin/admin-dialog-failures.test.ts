import { expect, test } from "bun:test";
import { STORE_UNCHANGED } from "../../../src/http/messages-known-to-pages.ts";
import { expectInView, openForm, useAdminPage } from "../../support/browser/admin-page.ts";
import { cutOff, failure, isDryRun, refuse, STORE_FAILS } from "../../support/browser/routes.ts";

const { signedIn, create } = await useAdminPage();

test.each([
  { width: 1366, height: 650 },
  { width: 1280, height: 800 },
  { width: 390, height: 700 },
])("a failure is seen and has the focus beside the pressed button of a dialog, at %j", async (size) => {
  const description = `Refused at ${size.width}`;
  const { id } = await create({ access: "read", description });
  const { page } = await signedIn({ viewport: size });
  const dialog = page.getByRole("dialog");
  const expectFailure = async (endpoint: string, button: string) => {
    await refuse(page, `api-token/${endpoint}`);
    await dialog.getByRole("button", { name: button }).click();
    await dialog.locator(".dialog-failure:focus", { hasText: `${STORE_FAILS}.` }).waitFor();
    await expectInView(page, dialog.locator(".dialog-failure"));
    await expectInView(page, dialog.getByRole("button", { name: button }));
    await dialog.getByRole("button", { name: "Close" }).click();
    const discard = dialog.getByRole("button", { name: "Discard" });
    if (endpoint !== "revoke") await discard.click();
    await dialog.waitFor({ state: "detached" });
  };
  await page.getByRole("button", { name: "New token" }).click();
  await dialog.getByRole("radio", { name: "Services" }).check();
  await dialog.getByLabel("Names of the services").fill("wiki");
  await expectFailure("create", "Create token");
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Edit" }).click();
  await dialog.getByRole("radio", { name: "7 days" }).check();
  await expectFailure("update", "Save");
  await page.getByRole("button", { name: "Rotate token" }).click();
  await dialog.getByRole("radio", { name: "30 days" }).last().check();
  await expectFailure("rotate", "Rotate token");
  await page.getByRole("button", { name: "Revoke token" }).click();
  await expectFailure("revoke", "Revoke token");
});

test("the failure of an automatic repeat takes the focus from nobody who types meanwhile", async () => {
  const { id } = await create({ access: "read" });
  const { page } = await signedIn({ viewport: { width: 390, height: 700 } });
  const dialog = page.getByRole("dialog");
  const field = dialog.getByLabel("Description");
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Edit" }).click();
  await field.fill("0123456789");
  await cutOff(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.locator(".dialog-failure:focus").waitFor();
  await field.click();
  await page.keyboard.press("End");
  await refuse(page, "api-token/update");
  await page.unroute("**/*");
  const failed = dialog.locator(".dialog-failure", { hasText: `${STORE_FAILS}.` });
  await expectInView(page, failed);
  await page.keyboard.type("0123456789".repeat(4), { delay: 5 });
  expect(await field.inputValue()).toBe("0123456789".repeat(5));
});

test("a failure after Enter in a field is seen, and leaves the focus in the field", async () => {
  const { page } = await signedIn({ viewport: { width: 390, height: 500 } });
  const form = await openForm(page);
  await refuse(page, "api-token/create");
  await form.getByLabel("Description").press("Enter");
  await expectInView(page, form.locator(".dialog-failure"));
  await form.locator("input:focus").waitFor();
});

test("a field with a fault that the server found gets the focus", async () => {
  const { page } = await signedIn({ viewport: { width: 390, height: 700 } });
  const form = await openForm(page);
  await form.getByLabel("Description").fill("\u0085");
  await form.getByRole("radio", { name: "365 days" }).check();
  await form.getByRole("button", { name: "Create token" }).click();
  const field = form.locator("input:focus");
  await expectInView(page, field);
  await expectInView(page, form.locator(".field-fault"));
  expect(await field.getAttribute("aria-invalid")).toBe("true");
});

test.each([
  [STORE_UNCHANGED, true],
  ["The server is shutting down; try again soon", false],
  ["The store cannot be used now; try again later", false],
] as const)("a change that failed with “%s” has a next step: %p", async (message, hasStep) => {
  const { id } = await create({ access: "read" });
  const { page } = await signedIn();
  const dialog = page.getByRole("dialog");
  const step = dialog.getByText("Tokens still work and can be revoked. Publisher’s log says why.");
  const expectWords = async () => {
    await dialog.getByRole("alert").filter({ hasText: message }).waitFor();
    expect(await step.count()).toBe(hasStep ? 1 : 0);
  };
  for (const endpoint of ["create", "rotate"]) await refuse(page, `api-token/${endpoint}`, message);
  await page.getByRole("button", { name: "New token" }).click();
  await dialog.getByRole("button", { name: "Create token" }).click();
  await expectWords();
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Rotate token" }).click();
  await dialog.getByRole("button", { name: "Rotate token" }).click();
  await expectWords();
});

test("a revocation that is not stored yet cannot be taken back, and comes with advice", async () => {
  const { id } = await create({ access: "read", description: "Stolen" });
  const { page } = await signedIn({ place: `#/tokens/${id}` });
  await page.getByRole("button", { name: "Revoke token" }).click();
  const dialog = page.getByRole("dialog");
  await page.route("**/api-token/revoke", async (route) => {
    if (isDryRun(route)) return await route.continue();
    const outcome = { outcome: "pending", pending_token: true, pending_descendants: 0 };
    const body = failure("unavailable", "The revocation cannot be stored now", outcome);
    await route.fulfill({ status: 503, body });
  });
  await dialog.getByRole("button", { name: "Revoke token" }).click();
  await dialog.getByText("The revocation cannot be stored now.").waitFor();
  await dialog
    .getByText("Free space on the disk of Publisher, and do not restart Publisher before.")
    .waitFor();
  expect(await dialog.getByRole("button", { name: /Keep it|Revoke/ }).count()).toBe(0);
  const loaded = page.waitForResponse("**/api-token/get");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await dialog.waitFor({ state: "detached" });
  await loaded;
});
