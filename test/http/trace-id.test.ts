import { describe, expect, test } from "bun:test";
import { useTestApi } from "../support/http/api.ts";
import { logged, loggedRequests } from "../support/http/logged.ts";

const ID = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";

const api = useTestApi({ per: "file" });

/** Returns the trace id of an answer: from its header, from its body and from the log. */
async function traceIds(headers: Readonly<Record<string, string>>) {
  api.logLines.length = 0;
  const answer = await api.send("/publisher.v1/api-token/get", { headers, body: { id: "atok_0" } });
  return [answer.headers.get("trace-id"), answer.json.error.trace_id, loggedRequests(api)[0]?.trace_id];
}

describe("a valid traceparent gives the trace id:", () => {
  test.each([
    ["version 00", `00-${ID}-${PARENT}-01`],
    ["other flags", `00-${ID}-${PARENT}-ff`],
    ["no flags", `00-${ID}-${PARENT}-00`],
    ["a later version", `01-${ID}-${PARENT}-01`],
    ["a later version with more behind it", `01-${ID}-${PARENT}-01-more-of-the-future`],
    ["a later version with an empty addition", `cc-${ID}-${PARENT}-01-`],
    ["the last version", `fe-${ID}-${PARENT}-01`],
    ["space around it", `  00-${ID}-${PARENT}-01 `],
  ])("%s", async (_, traceparent) => {
    expect(await traceIds({ traceparent })).toEqual([ID, ID, ID]);
  });
});

describe("any other traceparent gets a new trace id:", () => {
  test.each([
    ["empty", ""],
    ["version ff", `ff-${ID}-${PARENT}-01`],
    ["no version", `${ID}-${PARENT}-01`],
    ["a version that is no hex", `0g-${ID}-${PARENT}-01`],
    ["version 00 with more behind it", `00-${ID}-${PARENT}-01-more`],
    ["version 00 with an empty addition", `00-${ID}-${PARENT}-01-`],
    ["a later version with more and no dash", `01-${ID}-${PARENT}-01more`],
    ["a trace id of zeroes", `00-${"0".repeat(32)}-${PARENT}-01`],
    ["a parent id of zeroes", `00-${ID}-${"0".repeat(16)}-01`],
    ["upper case", `00-${ID.toUpperCase()}-${PARENT}-01`],
    ["an upper case parent", `00-${ID}-${PARENT.toUpperCase()}-01`],
    ["a short trace id", `00-${ID.slice(1)}-${PARENT}-01`],
    ["a long trace id", `00-${ID}0-${PARENT}-01`],
    ["a short parent id", `00-${ID}-${PARENT.slice(1)}-01`],
    ["no flags at all", `00-${ID}-${PARENT}`],
    ["short flags", `00-${ID}-${PARENT}-1`],
    ["two headers", `00-${ID}-${PARENT}-01, 00-${ID}-${PARENT}-01`],
    ["two headers of a later version", `01-${ID}-${PARENT}-01, 01-${ID}-${PARENT}-01`],
    ["a UUID", "0af76519-16cd-43dd-8448-eb211c80319c"],
    ["markup", `00-<script>alert(1)</script>-${PARENT}-01`],
  ])("%s", async (_, traceparent) => {
    const [inHeader, inBody, inLog] = await traceIds({ traceparent });
    expect(inHeader).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(inHeader).not.toBe(ID);
    expect([inBody, inLog]).toEqual([inHeader, inHeader]);
  });

  test("without the header, another one for each request", async () => {
    const ids = await Promise.all(
      Array.from({ length: 50 }, async () => (await api.call("api-token/current")).headers.get("trace-id")),
    );
    expect(new Set(ids).size).toBe(50);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  test("tracestate, baggage and other systems' headers change nothing", async () => {
    const others = { tracestate: `00=${ID}`, "x-request-id": ID, "trace-id": ID, "x-b3-traceid": ID };
    expect((await traceIds(others))[0]).not.toBe(ID);
  });
});

test("requests at the same time keep their trace ids apart", async () => {
  const ids = Array.from({ length: 50 }, (_, index) => (index + 1).toString(16).padStart(32, "0"));
  const found = await Promise.all(ids.map((id) => traceIds({ traceparent: `00-${id}-${PARENT}-01` })));
  expect(found.map(([id]) => id)).toEqual(ids);
});

test("a success has it too", async () => {
  const sent = { method: "GET", headers: { traceparent: `00-${ID}-${PARENT}-01` } };
  expect((await api.send("/healthz", sent)).headers.get("trace-id")).toBe(ID);
});

test("each line about a request has Publisher's own id beside the caller's, an error's too", async () => {
  const { list } = api.store;
  api.store.list = () => Promise.reject(new Error("boom"));
  api.logLines.length = 0;
  const headers = { traceparent: `00-${ID}-${PARENT}-01`, "x-request-id": ID };
  const answer = await api.send("/publisher.v1/api-token/list", { headers });
  api.store.list = list.bind(api.store);
  expect([answer.status, answer.headers.get("trace-id")]).toEqual([500, ID]);
  const [error, request, ...more] = logged(api);
  expect(more).toEqual([]);
  expect([error?.level, request?.message]).toEqual(["error", "request"]);
  expect(error?.request_id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  expect(error?.request_id).not.toBe(ID);
  expect([error?.trace_id, request?.trace_id, request?.request_id]).toEqual([ID, ID, error?.request_id]);
});
