import { expect, spyOn, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { useTestApi } from "../../support/http/api.ts";
import { basic, introspect } from "../../support/http/introspection.ts";

const api = useTestApi();

test("a question is a use of the caller's token and of the token in question", async () => {
  const wiki = await api.secret("read", null, ["wiki"]);
  const idOf = async (secret: string) => (await api.call("api-token/current", {}, secret)).json.id;
  const [id, own] = [await idOf(wiki), await idOf(api.read)];
  const [caller, accepted, refused] = [`${own} accepted`, `${id} accepted`, `${id} refused`];
  const record = spyOn(api.usage, "record");
  const expectUses = async (answer: Promise<{ status: number }>, ...expected: (number | string)[]) => {
    const { status } = await answer;
    const uses = record.mock.calls.map(([token, outcome]) => `${token.id} ${outcome}`);
    record.mockClear();
    expect([status, ...uses]).toEqual(expected);
  };
  const asks = (form: Record<string, string>, token = basic(api.read)) => introspect(api, form, { token });
  const verify = (body: object, token = api.read) => api.call("api-token/verify", body, token);
  const bulk = (body: object, token = api.read) => api.call("api-token/bulk-verify", body, token);

  await expectUses(asks({ token: wiki, audience: "wiki" }), 200, caller, accepted);
  await expectUses(asks({ token: wiki, audience: "shop" }), 200, caller, refused);
  await expectUses(asks({ token: "x", audience: "wiki" }), 200, caller);
  await expectUses(asks({ token: wiki }), 400, caller);
  await expectUses(asks({}), 400, caller);
  await expectUses(asks({ token: api.read }, basic(wiki)), 403, refused);
  await expectUses(asks({ token: api.read }, "Basic x"), 401);

  await expectUses(verify({ token: wiki, audience: "wiki" }), 200, caller, accepted);
  await expectUses(verify({ token: wiki, audience: "wiki", access: "write" }), 200, caller, refused);
  await expectUses(verify({ token: "x" }), 200, caller);
  await expectUses(verify({ token: api.read }, wiki), 403, refused);

  const tokens = [wiki, "x", api.read, wiki];
  await expectUses(bulk({ tokens, audience: "wiki" }), 200, caller, accepted, `${own} refused`, accepted);
  await expectUses(bulk({ tokens: ["x"] }), 200, caller);
  await expectUses(bulk({ tokens: [] }), 400, caller);
  await expectUses(bulk({ tokens }, wiki), 403, refused);

  await api.tokens.revoke(id, COMMAND_LINE);
  await expectUses(bulk({ tokens: [wiki, wiki], audience: "wiki" }), 200, caller, refused, refused);
  await expectUses(verify({ token: wiki, audience: "wiki" }), 200, caller, refused);
  await expectUses(asks({ token: wiki, audience: "wiki" }), 200, caller, refused);
});
