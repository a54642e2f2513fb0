import { describe, expect, test } from "bun:test";
import { type Sent, useTestApi } from "../support/http/api.ts";
import { ENDPOINTS, INSUFFICIENT } from "../support/http/endpoints.ts";
import { expectFailure } from "../support/http/failures.ts";

const api = useTestApi({ per: "file" });

describe("what comes after the check that failed is not read:", () => {
  const UNREAD: readonly (Sent & {
    readonly name: string;
    readonly path?: string;
    readonly status: number;
  })[] = [
    { name: "no token", token: null, status: 401 },
    { name: "no such endpoint", path: "/publisher.v1/api-token/nope", status: 404 },
    { name: "no such path", path: "/nope", status: 404 },
    { name: "another media type", headers: { "content-type": "text/plain" }, status: 415 },
    { name: "too large by its header", headers: { "content-length": "65537" }, status: 413 },
  ];
  for (const { name, path = "/publisher.v1/api-token/create", status, ...sent } of UNREAD) {
    test(name, async () => {
      expect(await bodyIsRead(path, sent)).toStrictEqual({ status, isRead: false });
    });
  }

  test("too little access", async () => {
    const outcome = await bodyIsRead("/publisher.v1/api-token/create", { token: api.read });
    expect(outcome).toStrictEqual({ status: 403, isRead: false });
  });

  test("while a right request is read", async () => {
    const outcome = await bodyIsRead("/publisher.v1/api-token/create", {});
    expect(outcome).toStrictEqual({ status: 200, isRead: true });
  });
});

/** Sends a body that notices when somebody begins to read it. */
async function bodyIsRead(path: string, { method = "POST", token = api.write, headers = {} }: Sent) {
  let isRead = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        isRead = true;
        controller.enqueue(Buffer.from('{"access":"read"}'));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const request = new Request(`http://localhost${path}`, {
    method,
    headers: { "content-type": "application/json", ...authorization, ...headers },
    body,
  });
  const { status } = await api.app.handle(request);
  return { status, isRead };
}

describe("what may be called with which access:", () => {
  for (const { path, access, body } of ENDPOINTS) {
    test(`${path} needs ${access}`, async () => {
      const withRead = await api.call(path, body, api.read);
      if (access === "write")
        expectFailure(withRead, "authorization_error", { headers: { "www-authenticate": INSUFFICIENT } });
      else expect(withRead.status).not.toBe(403);
      expect((await api.call(path, body, api.write)).status).not.toBe(403);
    });
  }

  test("a read token changes no other token", async () => {
    const everything = { filters: [{ key: "id", exists: true }] };
    const before = await api.call("api-token/list", everything);
    const own = (await api.call("api-token/current", {}, api.read)).json.id;
    for (const { id } of before.json.data)
      if (id !== own) await api.call("api-token/revoke", { id }, api.read);
    await api.call("api-token/create", { access: "write" }, api.read);
    expect((await api.call("api-token/list", everything)).json).toStrictEqual(before.json);
  });
});

describe("only POST is known:", () => {
  for (const { path } of ENDPOINTS) {
    test(path, async () => {
      for (const method of [
        "GET",
        "HEAD",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "TRACE",
        "PROPFIND",
        "QUERY",
      ]) {
        const answer = await api.send(`/publisher.v1/${path}`, {
          method,
          body: { access: "read", id: "atok_0" },
        });
        expect(answer.status, method).toBe(405);
        expect(answer.headers.get("allow"), method).toBe("POST");
        if (method === "HEAD") expect(answer.text).toBe("");
        else expectFailure(answer, "method_not_allowed", { headers: { allow: "POST" }, label: method });
      }
    });
  }
});
