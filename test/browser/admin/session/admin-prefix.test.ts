import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { signIn } from "../../../support/browser/admin-page.ts";
import { launchBrowser, Tab, TEST_LIMIT_MS } from "../../../support/browser/browser.ts";
import { PrefixProxy } from "../../../support/browser/prefix-proxy.ts";
import { RunningServer } from "../../../support/executable/executable.ts";

setDefaultTimeout(TEST_LIMIT_MS);

let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), RunningServer.start()]);
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

test("the page works below a path prefix of a proxy, and asks for nothing outside of it", async () => {
  await using proxy = new PrefixProxy("/tokens/", server.url);
  await using tab = await Tab.open(browser, proxy.origin);
  const { page } = tab;
  await page.goto("/tokens/");
  await signIn(tab, server.firstToken);
  await page.getByRole("link", { name: "First token" }).first().waitFor();
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("textbox", { name: "Description" }).fill("Below a prefix");
  await page.getByRole("button", { name: "Create token" }).click();
  const shown = page.getByRole("dialog", { name: "Your new token" });
  await shown.getByText(`${proxy.origin}/tokens/publisher.v1/api-token/current`).waitFor();
  await shown.getByRole("checkbox").check();
  await shown.getByRole("button", { name: "Done" }).click();
  await page.getByRole("link", { name: "Below a prefix" }).click();
  await page.getByRole("heading", { name: "Below a prefix" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/tokens/");
  await page.goBack();
  await page.getByRole("row", { name: "Below a prefix" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Sign in to Publisher" }).waitFor();
  expect(proxy.strays).toEqual([]);
  expect(tab.faults).toEqual([]);
});

test("the link to the API reference stays below the path prefix", async () => {
  await using proxy = new PrefixProxy("/tokens/", server.url);
  await using tab = await Tab.open(browser, proxy.origin);
  await tab.page.goto("/tokens/");
  await signIn(tab, server.firstToken);
  const link = tab.page.getByRole("link", { name: "API reference" });
  const address = (await link.getAttribute("href")) ?? "";
  expect(new URL(address, tab.page.url()).href).toBe(`${proxy.origin}/tokens/swagger`);
});
