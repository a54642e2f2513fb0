import { expect, test } from "bun:test";
import { useAdminPage, waitForSignIn } from "../../../support/browser/admin-page.ts";
import { askedPaths } from "../../../support/browser/routes.ts";

const { server, openTab } = await useAdminPage();

test("a secret that was cut off is not sent, and has another message than an unknown one", async () => {
  const { page } = await openTab();
  const asked = askedPaths(page);
  await page.goto("/");
  const field = page.getByLabel("API token");
  await field.fill(server.firstToken.slice(0, 40));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("This token is incomplete: it has 40 of 57 characters.").waitFor();
  await page.locator("input[type=password]:focus").waitFor();
  expect(asked.filter((path) => path.includes("publisher.v1"))).toEqual([]);
  await field.fill("sk_live_00000000000000000000000000000000000000000001Vxh1Z");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page
    .getByRole("alert")
    .getByText("This Publisher does not know this token. It may belong to another instance.")
    .waitFor();
  await page.locator("input[type=password]:focus").waitFor();
});

test("a header or a quotation that was pasted signs in", async () => {
  const { page } = await openTab();
  for (const pasted of [`"Bearer ${server.firstToken}"`, ` Authorization: Bearer ${server.firstToken} `]) {
    await page.goto("/");
    await page.getByLabel("API token").fill(pasted);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await waitForSignIn(page);
  }
});

test("a password manager finds a name and a password, and no browser remembers a shown token", async () => {
  const { page } = await openTab();
  await page.goto("/");
  const name = page.locator("form input[autocomplete=username]");
  expect(await name.inputValue()).toBe("publisher");
  expect(await page.getByLabel("API token").getAttribute("autocomplete")).toBe("current-password");
  await page.getByRole("button", { name: "Show the token" }).click();
  expect(await page.getByLabel("API token").getAttribute("type")).toBe("text");
  expect(await page.getByLabel("API token").getAttribute("autocomplete")).toBe("off");
  await page.getByLabel("API token").fill("sk_live_short");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("This token is incomplete").waitFor();
  expect(await page.getByLabel("API token").getAttribute("type")).toBe("password");
});
