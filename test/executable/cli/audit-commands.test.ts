import { expect, test } from "bun:test";
import { RunningServer } from "../../support/executable/executable.ts";
import { AUDIT_EVENT_KEYS } from "../../support/http/resource.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

const terminal = useTerminal();

const lines = async (flags = "") => (await terminal.done(`audit list${flags}`)).trimEnd().split("\n");

test("audit list is a table of the newest changes, beside a running server; with --json, the answer of the API", async () => {
  await using server = await terminal.serve();
  const { id } = (await server.call("api-token/create", { access: "read", description: "CI" })).json;
  const caller = (await server.call("api-token/current", {})).json.id;
  await terminal.done(`token revoke ${id}`);
  const [heading, revoked, created, ...rest] = await lines();
  expect(heading).toMatch(/^TIME +CHANGE +TOKEN +BY +FROM +NEW VALUES$/);
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
  expect(revoked).toMatch(new RegExp(`^${time}  revoke  ${id}  command line +revoked_at=${time}$`));
  expect(created).toMatch(
    new RegExp(`^${time}  create  ${id}  ${caller}  127\\.0\\.0\\.1  access=read description="CI"$`),
  );
  expect(rest).toHaveLength(1);
  const own = await lines(` --token ${id}`);
  expect(own).toHaveLength(3);
  expect(own[0]).not.toContain("TOKEN");
  const all = JSON.parse(await terminal.done("audit list --json"));
  expect(all).toEqual((await server.call("audit-event/list", {})).json);
  expect(Object.keys(all.data[0])).toEqual(AUDIT_EVENT_KEYS);
  const first = JSON.parse(await terminal.done(`audit list --json --token ${id} --limit 1`));
  const asked = { filters: [{ key: "target", eq: id }], pagination: { limit: 1 } };
  expect(first).toEqual((await server.call("audit-event/list", asked)).json);
});

test("audit list shows a hundred changes unless told otherwise, and says that there are more", async () => {
  await using server = await terminal.serve();
  for (let count = 0; count < 105; count += 1) await server.call("api-token/create", { access: "read" });
  const shown = await lines();
  expect(shown).toHaveLength(102);
  expect(shown.at(-1)).toBe("There are older changes; --limit shows more.");
  expect(await lines(" --limit 104")).toHaveLength(106);
  expect((await lines(" --limit 1000000")).at(-1)).not.toContain("--limit");
});

test("a change, its line in the log and that of its request have the same ids, Publisher's own among them", async () => {
  await using server = await RunningServer.start();
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const response = await fetch(`${server.url}/publisher.v1/api-token/create`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${server.firstToken}`,
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    },
    body: '{"access":"read"}',
  });
  expect([response.status, response.headers.get("trace-id")]).toEqual([200, traceId]);
  const [event] = (await server.call("audit-event/list")).json.data;
  expect(event.trace_id).toBe(traceId);
  expect(event.request_id).toMatch(/^[0-9a-f]{32}$/);
  expect(event.request_id).not.toBe(traceId);
  await server.stop();
  expect(server.log.filter(({ request_id }) => request_id === event.request_id)).toMatchObject([
    { message: "change", trace_id: traceId, audit_event: event.id },
    { message: "request", trace_id: traceId, token_id: event.actor },
  ]);
});
