import { describe, expect, test } from "bun:test";
import { type ScanRefusal, ScanRefused } from "../../src/tokens/listing/scan-error.ts";
import { RevocationPendingError } from "../../src/tokens/revocation/revocation-pending-error.ts";
import { type ChangeOutcome, StoreUnavailable } from "../../src/tokens/token-store.ts";
import { useTestApi } from "../support/http/api.ts";
import { BARE_CHALLENGE } from "../support/http/credentials.ts";
import { expectFailure } from "../support/http/failures.ts";
import { logged, loggedFaults } from "../support/http/logged.ts";

const api = useTestApi();

const RETRY = { "retry-after": "5" };

const ENDPOINTS: readonly (readonly [name: string, body: object])[] = [
  ["create", { access: "read" }],
  ["list", {}],
  ["list", { filters: [{ key: "description", regex: { pattern: "x" } }] }],
  ["revoke", { id: "atok_0" }],
  ["get", { id: "atok_0" }],
];

/** Makes every method of the store throw, except the look-up of a secret. */
function breakStore(thrown: unknown): void {
  const fail = () => {
    throw thrown;
  };
  Object.assign(api.store, { change: fail, list: fail, findById: fail });
}

const THROWN: readonly (readonly [name: string, thrown: unknown, inTheLog: string])[] = [
  ["an Error", new Error("SELECT digest FROM token: boom"), "boom"],
  ["an Error with a cause", new Error("outer", { cause: new Error("the true reason") }), "the true reason"],
  ["a TypeError of the engine", new TypeError("undefined is not an object"), "not an object"],
  ["a string", "SELECT digest FROM token", "SELECT digest"],
  ["an object", { code: "SQLITE_MISUSE", sql: "SELECT digest" }, "SQLITE_MISUSE"],
  ["undefined", undefined, "Something went wrong"],
  ["null", null, "Something went wrong"],
];

describe("a fault of the server", () => {
  for (const [name, body] of ENDPOINTS) {
    test(`in ${name} ${JSON.stringify(body)}: only the log has the cause`, async () => {
      for (const [kind, thrown, inTheLog] of THROWN) {
        breakStore(thrown);
        api.logLines.length = 0;
        const answer = await api.call(`api-token/${name}`, body);
        expectFailure(answer, "internal_error", { label: kind });
        const faults = loggedFaults(api);
        expect(faults, kind).toHaveLength(1);
        expect(faults[0]?.trace_id, kind).toBe(answer.headers.get("trace-id"));
        expect(JSON.stringify(faults[0]), kind).toContain(inTheLog);
      }
    });
  }

  test.each([
    ["an Error", new Error("boom"), "internal_error", {}],
    ["a store that is locked", new StoreUnavailable("locked"), "unavailable", { headers: RETRY }],
  ] as const)("in the look-up of a token lets nobody in: %s", async (_, thrown, code, parts) => {
    api.store.findByDigest = () => {
      throw thrown;
    };
    expectFailure(await api.call("api-token/current"), code, parts);
    expectFailure(await api.call("api-token/create", { access: "read" }), code, parts);
    expectFailure(await api.call("api-token/current", {}, null), "authentication_error", {
      headers: { "www-authenticate": BARE_CHALLENGE },
    });
  });
});

describe("a store that cannot be used now", () => {
  for (const [name, body] of ENDPOINTS) {
    test(`makes ${name} ${JSON.stringify(body)} a 503`, async () => {
      breakStore(new StoreUnavailable("the disk is full", { cause: new Error("SQLITE_FULL") }));
      const answer = await api.call(`api-token/${name}`, body);
      expectFailure(answer, "unavailable", { headers: RETRY });
      expect(answer.text).not.toContain("disk");
      expect(loggedFaults(api)).toMatchObject([{ trace_id: answer.headers.get("trace-id") }]);
      expect(JSON.stringify(loggedFaults(api))).toContain("SQLITE_FULL");
    });
  }

  test.each<[outcome: ChangeOutcome | null, message: string, data: object]>([
    [null, "The store cannot be used now; try again later", {}],
    ["unchanged", "The store cannot be changed now. Nothing was changed; try again later", {}],
    ["unknown", expect.stringContaining("only known after a restart"), { outcome: "unknown" }],
  ])("answers with the outcome %s", async (outcome, message, data) => {
    breakStore(new StoreUnavailable("the disk is full", { outcome }));
    const answer = await api.call("api-token/create", { access: "read" });
    expect(answer.json.error).toMatchObject({ message, data });
  });

  test.each([
    [
      { token: true, descendants: 0 },
      "The revocation cannot be stored now. This server refuses the token from now on and stores the revocation as " +
        "soon as it can; a restart before that would let the token in again",
    ],
    [
      { token: true, descendants: 2 },
      "The revocation cannot be stored now. This server refuses the token and its descendants from now on and stores " +
        "the revocation as soon as it can; a restart before that would let them in again",
    ],
    [
      { token: false, descendants: 1 },
      "The token is revoked for good. This server refuses its descendants too, but could not store that for 1 of them " +
        "yet. It does so as soon as it can; a restart before that would let them in again",
    ],
  ])("answers with the tokens of a revocation that wait: %j", async (waiting, message) => {
    const { token, descendants } = waiting;
    breakStore(new RevocationPendingError(waiting, new Error("SQLITE_FULL")));
    const answer = await api.call("api-token/revoke", { id: "atok_0" });
    const data = { outcome: "pending", pending_token: token, pending_descendants: descendants };
    expectFailure(answer, "unavailable", { headers: RETRY, data });
    expect(answer.json.error.message).toBe(message);
    expect(JSON.stringify(loggedFaults(api))).toContain("SQLITE_FULL");
  });

  test.each<[reason: ScanRefusal, message: string, headers: Readonly<Record<string, string>>]>([
    ["too-many", "Too many long reads are under way; try again soon", RETRY],
    ["too-long", "This read took too long and was ended; use narrower filters", RETRY],
    ["closing", "The server is shutting down; try again soon", { ...RETRY, connection: "close" }],
    ["abandoned", "The client did not wait for the answer", RETRY],
  ])("makes a read that is refused (%s) a 503, which is no fault", async (reason, message, headers) => {
    breakStore(new ScanRefused(reason));
    const answer = await api.call("api-token/list");
    expectFailure(answer, "unavailable", { headers });
    expect(answer.json.error.message).toBe(message);
    expect(loggedFaults(api)).toEqual([]);
  });
});

describe("a server that is stopping", () => {
  for (const path of ["/publisher.v1/api-token/list", "/publisher.v1/nope", "/nope", "/healthz", "/readyz"]) {
    test(`answers 503 to ${path}`, async () => {
      api.isStopping = true;
      for (const token of [api.write, null]) {
        const answer = await api.send(path, { method: path.endsWith("z") ? "GET" : "POST", token });
        expectFailure(answer, "unavailable", { headers: RETRY });
        expect(answer.headers.get("connection")).toBe("close");
      }
    });
  }

  test("changes nothing any more", async () => {
    api.isStopping = true;
    await api.call("api-token/create", { access: "read", description: "too late" });
    api.isStopping = false;
    expect((await api.call("api-token/list")).text).not.toContain("too late");
    expect(logged(api).filter(({ message }) => message === "change")).toEqual([]);
  });
});
