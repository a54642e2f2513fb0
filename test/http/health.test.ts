import { expect, test } from "bun:test";
import { renameSync } from "node:fs";
import { DataDirectory } from "../../src/store/sqlite/file/data-directory.ts";
import { StoreUnavailable } from "../../src/tokens/token-store.ts";
import { useTestApi } from "../support/http/api.ts";

const api = useTestApi();

test("liveness and readiness are told to anybody, without detail", async () => {
  for (const path of ["/healthz", "/readyz", "/readyz/reads"]) {
    const answer = await api.send(path, { method: "GET", token: null });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ status: "ok" });
    const head = await api.send(path, { method: "HEAD", token: null });
    expect(head.status).toBe(200);
    expect(head.text).toBe("");
    const post = await api.send(path, { token: null });
    expect(post.status).toBe(405);
    expect(post.headers.get("allow")).toBe("GET, HEAD");
    expect(post.json.error.code).toBe("method_not_allowed");
  }
});

test("readiness fails with the store, liveness does not", async () => {
  api.store.close();
  expect((await api.send("/healthz", { method: "GET", token: null })).status).toBe(200);
  for (const path of ["/readyz", "/readyz/reads"]) {
    const ready = await api.send(path, { method: "GET", token: null });
    expect(ready.status).toBe(503);
    expect(ready.json.error.code).toBe("unavailable");
  }
});

test("readiness fails while changes fail, readiness to read only when the store cannot be read", async () => {
  const { database } = new DataDirectory(api.directory.path);
  const status = async (path: string) => (await api.send(path, { method: "GET", token: null })).status;
  const statuses = async () => [await status("/readyz"), await status("/readyz/reads")];
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
