import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { signedIn } from "../../support/browser/admin-page.ts";
import { launchBrowser, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import { RunningServer } from "../../support/executable/executable.ts";

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

test("the token that created another is told by its name and its id, and so is a successor", async () => {
  const create = { access: "read", description: "Of the first" };
  const { id } = (await server.call("api-token/create", create)).json;
  const successor = (await server.call("api-token/rotate", { id, overlap_seconds: 60 })).json;
  const creator = (await server.call("api-token/current")).json.id;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  const fact = (name: string) => page.locator(".fact", { hasText: name });
  await fact("Created by").getByRole("link", { name: "First token" }).waitFor();
  await fact("Created by").getByText(creator).waitFor();
  await fact("Replaced by").getByRole("link", { name: "Of the first" }).waitFor();
  await fact("Replaced by").getByText(successor.id).waitFor();
  await fact("Created by").getByRole("link", { name: "First token" }).click();
  await fact("Created by").getByText("The command line").waitFor();
  expect(tab.faults).toEqual([]);
});

test("a time is told in UTC and by the clock of the browser, unless that is UTC", async () => {
  const create = { access: "read", description: "Ends", expires_at: "2030-12-31T20:30:00Z" };
  const { id } = (await server.call("api-token/create", create)).json;
  for (const [timezoneId, words] of [
    ["Asia/Tokyo", "31 Dec 2030, 20:30:00 UTC, 1 Jan 2031, 05:30:00 GMT+9"],
    ["UTC", "31 Dec 2030, 20:30:00 UTC"],
  ] as const) {
    await using tab = await signedIn(browser, server, { timezoneId });
    const { page } = tab;
    await page.getByRole("row", { name: "Ends" }).waitFor();
    const exact = page.getByRole("row", { name: "Ends" }).locator(".ending .exact");
    expect(await exact.textContent()).toBe(`, ${words}`);
    await page.goto(`/#/tokens/${id}`);
    const expiry = page.locator(".fact", { hasText: "Expires" }).locator(".exact");
    await expiry.waitFor();
    expect(await expiry.textContent()).toBe(`, ${words}`);
    expect(tab.faults).toEqual([]);
  }
});
