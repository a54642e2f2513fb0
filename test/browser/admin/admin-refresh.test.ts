import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { useAdminPage } from "../../support/browser/admin-page.ts";
import { hold, refuse, STORE_FAILS } from "../../support/browser/routes.ts";

const { signedIn, create } = await useAdminPage();

test("the list, the numbers above it and the audit trail can be refreshed by the keyboard", async () => {
  const { page } = await signedIn();
  await page.getByRole("row", { name: "First token" }).waitFor();
  const active = page.locator(".figure-count").first();
  const before = Number(await active.getByText(/^\d+$/).textContent());
  await create({ access: "read", description: "By somebody else" });
  await page.getByRole("button", { name: "Refresh the list" }).press("Enter");
  await page.getByRole("row", { name: "By somebody else" }).waitFor();
  await page.getByRole("status").getByText("Refreshed").waitFor();
  expect(Number(await active.textContent())).toBe(before + 1);
  await page.locator("button:focus", { hasText: "Refresh" }).waitFor();

  await page.getByRole("link", { name: "Activity" }).click();
  await page.getByText("By somebody else").first().waitFor();
  await create({ access: "read", description: "Later" });
  await page.getByRole("button", { name: "Refresh the audit trail" }).press("Enter");
  await page.getByRole("region", { name: "Audit trail" }).getByRole("link", { name: "Later" }).waitFor();
});

/** Expects that Refreshed is said once an endpoint has answered too, and not where it fails. */
async function expectAwaited(page: Page, name: string, endpoint: string, first: string): Promise<void> {
  const button = page.getByRole("button", { name, exact: true });
  await refuse(page, endpoint);
  const release = await hold(page, endpoint);
  const loaded = page.waitForResponse(`**/${first}`);
  await button.press("Enter");
  await (await loaded).finished();
  await page.locator('section[aria-busy="false"]').first().waitFor();
  await page.getByRole("button", { name: name.replace("Refresh", "Refreshing…"), exact: true }).waitFor();
  release();
  await page.getByText(STORE_FAILS).first().waitFor();
  await button.waitFor();
  expect(await page.getByRole("status").getByText("Refreshed").count()).toBe(0);
  await page.unroute(`**/${endpoint}`);
  await button.press("Enter");
  await page.getByRole("status").getByText("Refreshed").first().waitFor();
}

test("on the list, Refreshed waits for the numbers above it", async () => {
  const { page } = await signedIn();
  await page.locator(".figure-count").first().getByText(/^\d+$/).waitFor();
  await expectAwaited(page, "Refresh the list", "api-token/summary", "api-token/list");
});

test("on the page of a token, Refreshed waits for its history, which the button does not stand beside", async () => {
  const { id } = await create({ access: "read" });
  const { page } = await signedIn({ place: `#/tokens/${id}` });
  await page.locator('section[aria-label="History"][aria-busy="false"]').waitFor();
  await expectAwaited(page, "Refresh", "audit-event/list", "api-token/usage");
});

test("on Activity, Refreshed waits for the uses and for the audit trail, with either button", async () => {
  const { page } = await signedIn();
  await page.getByRole("link", { name: "Activity" }).click();
  await page.locator('section[aria-label="Audit trail"][aria-busy="false"]').waitFor();
  await expectAwaited(page, "Refresh", "audit-event/list", "api-token/usage");
  await page.getByRole("status").getByText("Refreshed").first().waitFor({ state: "detached" });
  await expectAwaited(page, "Refresh the audit trail", "api-token/usage", "audit-event/list");
});
