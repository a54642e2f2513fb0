import { expect, test } from "bun:test";
import { PLACEHOLDER_IDS } from "../../../src/http/openapi/placeholder-ids.ts";
import {
  authorize,
  block,
  open,
  operations,
  tryOut,
  useSwaggerPage,
} from "../../support/browser/swagger-page.ts";
import { until } from "../../support/patience.ts";

const { server, openSwagger } = await useSwaggerPage();

test("after Authorize every example works unedited, and leaves the caller's own token as it was", async () => {
  const { page } = await openSwagger();
  const before = (await server.call("api-token/current")).json;
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
});

test("before Authorize the ids in examples are clearly placeholders, and then those of real tokens", async () => {
  const { page } = await openSwagger();
  const { id } = (await server.call("api-token/current")).json;
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
});

test("the filter leaves the operations in which every word occurs", async () => {
  const { page } = await openSwagger();
  const filter = page.getByRole("searchbox", { name: "Filter operations" });
  for (const [words, shown] of [
    ["revoke", ["revokeApiToken"]],
    ["LIST", ["listApiTokens", "listAuditEvents"]],
    ["list changes", ["listAuditEvents"]],
    ["get forward-auth", ["authorizeReading"]],
    ["healthz", ["getLiveness"]],
  ] as const) {
    await filter.fill(words);
    for (const id of shown) await block(page, id).waitFor();
    await until(async () => (await page.locator(".opblock").count()) === shown.length);
  }
  await filter.fill("nothing like this");
  await page.getByRole("status").filter({ hasText: "No operation matches." }).waitFor();
  await filter.fill("");
  await block(page, "getReadiness").waitFor();
  expect(await page.locator(".opblock").count()).toBe((await operations()).length);
});
