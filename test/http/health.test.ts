import { expect, test } from "bun:test";
import { renameSync } from "node:fs";
import { DataDirectory } from "../../src/store/sqlite/file/data-directory.ts";
import { StoreUnavailable } from "../../src/tokens/token-store.ts";
import { useTestApi } from "../support/http/api.ts";

const api = useTestApi();

const get = async (path: string) => await api.send(path, { method: "GET", token: null });

test("everybody can ask for liveness and readiness", async () => {
  for (const path of ["/healthz", "/readyz", "/readyz/reads"]) {
    const { status, json } = await get(path);
    expect([path, status, json]).toEqual([path, 200, { status: "ok" }]);
    expect((await api.send(path, { method: "HEAD", token: null })).status).toBe(200);
    expect((await api.send(path, { token: null })).status).toBe(405);
  }
});

test("readiness fails with the store, liveness does not", async () => {
  api.store.close();
  expect((await get("/healthz")).status).toBe(200);
  for (const path of ["/readyz", "/readyz/reads"]) {
    const { status, json } = await get(path);
    expect([path, status, json.error.code]).toEqual([path, 503, "unavailable"]);
  }
});

test("readiness fails while changes fail, readiness to read only when the store cannot be read", async () => {
  const { database } = new DataDirectory(api.directory.path);
  const statuses = async () => [(await get("/readyz")).status, (await get("/readyz/reads")).status];
  const { id } = (await api.call("api-token/create", { access: "read" })).json;
  expect(await statuses()).toEqual([200, 200]);
  renameSync(database, `${database}.away`);
  expect((await api.call("api-token/revoke", { id })).status).toBe(503);
  expect(await statuses()).toEqual([503, 200]);
  await expect(api.store.recover()).rejects.toBeInstanceOf(StoreUnavailable);
  expect(await statuses()).toEqual([503, 503]);
  renameSync(`${database}.away`, database);
  await api.store.recover();
  expect(await statuses()).toEqual([200, 200]);
});
