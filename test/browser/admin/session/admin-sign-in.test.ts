import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { launchBrowser, Tab, TEST_LIMIT_MS } from "../../../support/browser/browser.ts";
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

test("a secret that was cut off is told from an unknown one, and is not sent", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
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
  expect(tab.faults).toEqual([]);
});

test("a header or a quotation that was pasted signs in", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  for (const pasted of [`"Bearer ${server.firstToken}"`, ` Authorization: Bearer ${server.firstToken} `]) {
    await page.goto("/");
    await page.getByLabel("API token").fill(pasted);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to Publisher" }).waitFor();
  }
  expect(tab.faults).toEqual([]);
});

test("a password manager finds a name and a password, and no browser keeps a token that is shown", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
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
  expect(tab.faults).toEqual([]);
});
