import { expect, test } from "bun:test";
import { TestApi } from "../support/api.ts";

test("liveness and readiness are told to anybody, without detail", async () => {
  await using api = await TestApi.start();
  for (const path of ["/healthz", "/readyz"]) {
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
  await using api = await TestApi.start();
  api.store.close();
  expect((await api.send("/healthz", { method: "GET", token: null })).status).toBe(200);
  const ready = await api.send("/readyz", { method: "GET", token: null });
  expect(ready.status).toBe(503);
  expect(ready.json.error.code).toBe("unavailable");
});
