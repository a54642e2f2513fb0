import { expect, test } from "bun:test";
import {
  closeSecret,
  createByForm,
  signIn,
  useAdminPage,
  waitForSignIn,
} from "../../../support/browser/admin-page.ts";
import { PrefixProxy } from "../../../support/browser/prefix-proxy.ts";

const { server, openTab } = await useAdminPage();

test("the page works below a path prefix of a proxy, and asks for nothing outside of it", async () => {
  await using proxy = new PrefixProxy("/tokens/", server.url);
  const { page } = await openTab({ origin: proxy.origin });
  await page.goto("/tokens/");
  await signIn(page, server.firstToken);
  await page.getByRole("link", { name: "First token" }).first().waitFor();
  const reference = await page.getByRole("link", { name: "API reference" }).getAttribute("href");
  expect(new URL(reference ?? "", page.url()).href).toBe(`${proxy.origin}/tokens/swagger`);
  const shown = await createByForm(page, "Below a prefix");
  await shown.getByText(`${proxy.origin}/tokens/publisher.v1/api-token/current`).waitFor();
  await closeSecret(shown);
  await page.getByRole("link", { name: "Below a prefix" }).click();
  await page.getByRole("heading", { name: "Below a prefix" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/tokens/");
  await page.goBack();
  await page.getByRole("row", { name: "Below a prefix" }).waitFor();
  await page.reload();
  await waitForSignIn(page);
  expect(proxy.strays).toEqual([]);
});
