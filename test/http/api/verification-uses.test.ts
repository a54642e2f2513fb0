import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { app } from "../../../src/http/app.ts";
import { RequestLog } from "../../../src/http/request-log.ts";
import { makeLog } from "../../../src/log/log.ts";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { TokenService } from "../../../src/tokens/token-service.ts";
import type { UseOutcome } from "../../../src/tokens/verification.ts";
import { TestApi } from "../../support/http/api.ts";
import { basic, FORM, INTROSPECT } from "../../support/http/introspection.ts";

/** The application on the store of `api`, and every use that the domain told of, as whose it was and what came of it. */
function listenedTo(api: TestApi) {
  const uses: (readonly [hint: string, outcome: UseOutcome])[] = [];
  const { store } = api;
  const tokens = new TokenService({
    store,
    clock: () => api.nowMs,
    random: randomBytes,
    cursorKey: store.cursorKey,
    onChange: () => undefined,
    onUse: ({ hint }, outcome) => void uses.push([hint, outcome]),
    onReuse: () => undefined,
  });
  const log = makeLog("silent", { write: () => undefined });
  const { handle } = app({
    authority: { tokens, auditTrail: api.auditTrail, usage: api.usage },
    log: new RequestLog(log, () => 0),
    ping: () => undefined,
    writeTrouble: () => null,
    isStopping: () => false,
    pages: null,
    addressOf: () => null,
  });
  return { handle, uses };
}

test("each question counts for who asks and for the token that is asked about, whatever comes of it", async () => {
  await using api = await TestApi.start();
  const wiki = await api.secret("read", null, ["wiki"]);
  const { handle, uses } = listenedTo(api);
  const useOf = (secret: string, outcome: UseOutcome) => [secret.slice(-4), outcome] as const;
  const post = async (path: string, authorization: string, type: string, body: string) => {
    const headers = { authorization, "content-type": type };
    const request = new Request(`http://localhost${path}`, { method: "POST", headers, body });
    const { status } = await handle(request);
    return [status, ...uses.splice(0)];
  };
  const introspect = (form: string, authorization = basic(api.read)) =>
    post(INTROSPECT, authorization, FORM, form);
  const verify = (body: object, token = api.read) =>
    post("/publisher.v1/api-token/verify", `Bearer ${token}`, "application/json", JSON.stringify(body));
  const caller = useOf(api.read, "accepted");

  expect(await introspect(`token=${wiki}&audience=wiki`)).toEqual([200, caller, useOf(wiki, "accepted")]);
  expect(await introspect(`token=${wiki}&audience=shop`)).toEqual([200, caller, useOf(wiki, "refused")]);
  expect(await introspect("token=x&audience=wiki")).toEqual([200, caller]);
  expect(await introspect(`token=${wiki}`)).toEqual([400, caller]);
  expect(await introspect("")).toEqual([400, caller]);
  expect(await introspect(`token=${api.read}`, basic(wiki))).toEqual([403, useOf(wiki, "refused")]);
  expect(await introspect(`token=${api.read}`, "Basic x")).toEqual([401]);

  expect(await verify({ token: wiki, audience: "wiki" })).toEqual([200, caller, useOf(wiki, "accepted")]);
  const writing = await verify({ token: wiki, audience: "wiki", access: "write" });
  expect(writing).toEqual([200, caller, useOf(wiki, "refused")]);
  expect(await verify({ token: "x" })).toEqual([200, caller]);
  expect(await verify({ token: api.read }, wiki)).toEqual([403, useOf(wiki, "refused")]);

  await api.tokens.revoke((await api.call("api-token/current", {}, wiki)).json.id, COMMAND_LINE);
  expect(await verify({ token: wiki, audience: "wiki" })).toEqual([200, caller, useOf(wiki, "refused")]);
  expect(await introspect(`token=${wiki}&audience=wiki`)).toEqual([200, caller, useOf(wiki, "refused")]);
});
