import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { PLACEHOLDER_IDS } from "../../../src/http/openapi/placeholder-ids.ts";
import { launchBrowser, Tab, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import {
  authorize,
  block,
  open,
  openSwagger,
  operations,
  tryOut,
} from "../../support/browser/swagger-page.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { until } from "../../support/patience.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const browser = await launchBrowser();
afterAll(() => browser.close());

test("after Authorize every example works unedited, and leaves the caller's own token as it was", async () => {
  await using server = await RunningServer.start();
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  const before = (await server.call("api-token/current")).json;
  await openSwagger(page);
  // As it is pasted from a command.
  await authorize(page, `Bearer "${server.firstToken}" `);
  for (const { operationId } of await operations()) {
    const { status } = await tryOut(page, operationId);
    // The first token is for Publisher's own API, and the example asks about a service.
    const isForServices = operationId.startsWith("authorize");
    expect([operationId, status]).toEqual([operationId, isForServices ? "403" : "200"]);
  }
  const after = (await server.call("api-token/current")).json;
  expect({ ...after, last_used_at: null }).toEqual({ ...before, last_used_at: null });
  expect(tab.faults).toEqual([]);
});

test("before Authorize the ids in examples are clearly placeholders, and then those of real tokens", async () => {
  await using server = await RunningServer.start();
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  const { id } = (await server.call("api-token/current")).json;
  await openSwagger(page);
  const get = await open(page, "getApiToken");
  const body = get.locator("textarea.body-param__text");
  expect(JSON.parse(await body.inputValue())).toEqual({ id: PLACEHOLDER_IDS.own });
  await authorize(page, server.firstToken);
  await until(async () => (await body.inputValue()).includes(id));
  expect(JSON.parse(await body.inputValue())).toEqual({ id });

  const revoke = await open(page, "revokeApiToken");
  const revoked = revoke.locator("textarea.body-param__text");
  expect(JSON.parse(await revoked.inputValue())).toEqual({ id: PLACEHOLDER_IDS.created });
  const created = JSON.parse((await tryOut(page, "createApiToken")).body);
  await until(async () => (await revoked.inputValue()).includes(created.id));
  expect(JSON.parse(await revoked.inputValue())).toEqual({ id: created.id });
  expect(tab.faults).toEqual([]);
});

test("the filter leaves the operations in which every word occurs", async () => {
  await using server = await RunningServer.start();
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await openSwagger(page);
  const filter = page.getByRole("searchbox", { name: "Filter operations" });
  for (const [words, shown] of [
    ["revoke", ["revokeApiToken"]],
    ["LIST", ["listApiTokens", "listAuditEvents"]],
    ["list changes", ["listAuditEvents"]],
    ["get forward-auth", ["authorizeReading"]],
    ["healthz", ["getLiveness"]],
  ] as const) {
    await filter.fill(words);
    await expectShown(shown);
  }
  await filter.fill("nothing like this");
  await page.getByRole("status").filter({ hasText: "No operation matches." }).waitFor();
  await filter.fill("");
  await block(page, "getReadiness").waitFor();
  expect(await page.locator(".opblock").count()).toBe((await operations()).length);
  expect(tab.faults).toEqual([]);

  async function expectShown(ids: readonly string[]): Promise<void> {
    for (const id of ids) await block(page, id).waitFor();
    await until(async () => (await page.locator(".opblock").count()) <= ids.length);
    expect(await page.locator(".opblock").count()).toBe(ids.length);
  }
});
