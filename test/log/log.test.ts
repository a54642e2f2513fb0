import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { loggable, makeLog } from "../../src/log/log.ts";
import { LOG_LEVELS, type LogLevel } from "../../src/log/log-levels.ts";
import { makeSecret } from "../../src/tokens/secret/secret.ts";

const SECRET = makeSecret(() => new Uint8Array(32).fill(200));

/** The lines of a log of that level while `work` uses it. */
function written(level: LogLevel, work: (log: ReturnType<typeof makeLog>) => void): readonly string[] {
  const lines: string[] = [];
  work(makeLog(level, { write: (line) => void lines.push(line) }));
  return lines;
}

function lineWith(error: unknown): string {
  return written("info", (log) => log.error({ error }, "failed")).join("");
}

test("the log is JSON lines with a time in UTC, a level by name and a message, and nothing of the machine", () => {
  const [line = "", ...more] = written("info", (log) => log.warn({ trace_id: "a" }, "something"));
  expect(more).toEqual([]);
  expect(line).toEndWith("}\n");
  const entry = JSON.parse(line);
  expect(entry).toEqual({ level: "warn", time: expect.any(String), trace_id: "a", message: "something" });
  expect(entry.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(Math.abs(Date.parse(entry.time) - Date.now())).toBeLessThan(60_000);
});

test("an error has its stack, its number and its own name", () => {
  const { error, message } = JSON.parse(
    lineWith(Object.assign(new RangeError("too far"), { errno: 13, code: "SQLITE_FULL" })),
  );
  expect(message).toBe("failed");
  expect(error).toMatchObject({ type: "RangeError", message: "too far", errno: 13, code: "SQLITE_FULL" });
  expect(error.stack).toContain("log.test.ts");
});

describe("a secret in an error is taken out", () => {
  const ENCODED = `/%zz/${SECRET.replaceAll("_", "%255f")}`;
  const circular: Error & { self?: unknown } = new Error(ENCODED);
  circular.self = { error: circular, bare: Object.create(null) };
  test.each([
    ["its message", new Error(`no ${ENCODED}`)],
    ["its cause", new Error("failed", { cause: new Error(ENCODED) })],
    ["a field of its own", Object.assign(new Error("failed"), { path: ENCODED })],
    ["a field within a field", Object.assign(new Error("failed"), { request: { path: ENCODED } })],
    ["several at once", new AggregateError([new Error(ENCODED)], "failed")],
    ["a text", ENCODED],
    ["an object that is no error", { path: ENCODED, toString: () => ENCODED }],
    ["an error that is in itself", circular],
    ["the name of a field", { [ENCODED]: 1 }],
  ])("from %s", (_, error) => {
    const line = lineWith(error);
    expect(JSON.parse(line)).toMatchObject({ level: "error", message: "failed" });
    expect(line).not.toContain(SECRET.slice(8, 24));
    expect(line).toContain("/%zz/sk_live_[removed]");
  });
});

test("a secret in any field or message is taken out, and hidden characters are shown", () => {
  const fields = { store: `/srv/\u202e${SECRET}/\u009b`, [SECRET]: 1 };
  const lines = written("info", (log) => log.warn(fields, `PUBLISHER_${SECRET.toUpperCase()}\u200b`));
  expect(lines.join("")).not.toMatch(new RegExp(SECRET.slice(8, 24), "i"));
  expect(JSON.parse(lines.join(""))).toMatchObject({
    store: "/srv/⟨U+202E⟩sk_live_[removed]/⟨U+009B⟩",
    message: "PUBLISHER_sk_live_[removed]⟨U+200B⟩",
  });
});

test.each(LOG_LEVELS.map((level, index) => [level, index] as const))(
  "level %s has the later ones too",
  (level, index) => {
    const lines = written(level, (log) => {
      for (const each of ["debug", "info", "warn", "error"] as const) log[each]("x");
    });
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(LOG_LEVELS.slice(index, -1));
  },
);

test("any text of a caller stays one line of printable text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const [line = "", ...more] = written("info", (log) => log.info({ path: loggable(text) }, "request"));
      expect(more).toEqual([]);
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029\u200b\u202e]/u);
      expect(JSON.parse(line)).toMatchObject({ message: "request" });
    }),
  );
});

test.each([
  ["/publisher.v1/api-token/list", "/publisher.v1/api-token/list"],
  ["/a b/é/😀", "/a b/é/😀"],
  ["", ""],
  [`/${SECRET}/x`, "/sk_live_[removed]/x"],
  [`/${SECRET}${SECRET}/`, "/sk_live_[removed]/"],
  [SECRET.slice(0, 20), "sk_live_[removed]"],
  [`/${SECRET.replaceAll("_", "%5f")}/x%20y`, "/sk_live_[removed]/x%20y"],
  [`/%zz/${SECRET.replaceAll("_", "%255F")}/100%`, "/%zz/sk_live_[removed]/100%"],
  [`/${btoa(`user:${SECRET}`)}/x`, "/dXNlcjsk_live_[removed]=/x"],
  ["/100%/%zz", "/100%/%zz"],
  ["/a%20b", "/a%20b"],
  ["x".repeat(256), "x".repeat(256)],
  ["x".repeat(257), `${"x".repeat(256)}…`],
  ["x".repeat(100_000), `${"x".repeat(256)}…`],
])("text of a caller is cut short and has no secret: %#", (text, expected) => {
  expect(loggable(text)).toBe(expected);
});

test("a cut leaves no part of a secret before it", () => {
  for (let before = 190; before <= 256; before += 1)
    expect(loggable("x".repeat(before) + SECRET)).not.toContain(SECRET.slice(0, 9));
});
