import { expect, test } from "bun:test";
import { useAdminPage } from "../../support/browser/admin-page.ts";
import { until } from "../../support/patience.ts";

const { server, signedIn, create } = await useAdminPage();

test("a token with a dead secret that was shown is marked, found from the first page, and says from where", async () => {
  const leaked = await create({ access: "read", description: "Leaked" });
  const gone = await create({ access: "read", description: "Gone" });
  const { page } = await signedIn();
  await page.getByRole("row", { name: "Leaked" }).waitFor();
  await page.locator('.overview[aria-busy="false"]').waitFor();
  expect(await page.getByText("in the last 7 days").count()).toBe(0);
  for (const { id } of [leaked, gone]) await server.call("api-token/revoke", { id });
  await server.call("api-token/list", {}, leaked.token);
  await until(async () => (await server.call("api-token/summary")).json.reused > 0);
  await page.getByRole("button", { name: "Refresh the list" }).click();
  await page.getByText("A revoked or replaced token was tried in the last 7 days.").waitFor();
  await page.getByRole("link", { name: "Show which" }).click();
  const row = page.getByRole("row", { name: "Leaked" });
  await row.getByText("Tried").waitFor();
  expect(page.url()).toEndWith("#/tokens?status=all&reused=yes");
  expect(await page.locator(".token-link").allTextContents()).toEqual(["Leaked"]);
  expect(await page.getByLabel("Last use").inputValue()).toBe("reused");

  await row.getByRole("link", { name: "Leaked" }).click();
  const notice = page.locator(".notice", { hasText: "It was tried" });
  await notice.getByText("in a request from 127.0.0.1, after it was revoked.").waitFor();
  await notice.getByRole("link", { name: "the changes made with this token" }).click();
  await page.waitForURL(/#\/activity\?/);
  expect(page.url()).toContain(leaked.id);
});

test("the filter is one of the list, and is taken away as it came", async () => {
  const { page } = await signedIn();
  await page.getByRole("row", { name: "First token" }).waitFor();
  await page.getByLabel("Last use").selectOption("Tried after its end");
  await page.getByRole("row", { name: "First token" }).waitFor({ state: "detached" });
  await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: "Revoked" }).click();
  await page.getByRole("row", { name: "Leaked" }).waitFor();
  expect(page.url()).toEndWith("#/tokens?status=revoked&reused=yes");
  await page.getByLabel("Last use").selectOption("Any last use");
  await page.getByRole("row", { name: "Gone" }).waitFor();
  expect(page.url()).toEndWith("#/tokens?status=revoked");
  await page.getByRole("row", { name: "Gone" }).getByRole("link", { name: "Gone" }).click();
  await page.getByText("Token id", { exact: true }).waitFor();
  expect(await page.getByText("It was tried").count()).toBe(0);
});
