import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { loggable, makeLog } from "../../src/log/log.ts";
import type { LogLevel } from "../../src/log/log-levels.ts";
import { makeSecret } from "../../src/tokens/secret/secret.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const SECRET = makeSecret(() => new Uint8Array(32).fill(200));

/** What a log of that level writes while `work` uses it. */
function written(level: LogLevel, work: (log: ReturnType<typeof makeLog>) => void): readonly string[] {
  const lines: string[] = [];
  work(makeLog(level, { write: (line) => void lines.push(line) }));
  return lines;
}

test("the log is JSON lines with a time in UTC, a level by name and a message, and nothing of the machine", () => {
  const lines = written("info", (log) => log.warn({ trace_id: "a" }, "something"));
  expect(lines).toHaveLength(1);
  const [line = ""] = lines;
  expect(line).toEndWith("}\n");
  const entry = JSON.parse(line);
  expect(entry).toEqual({ level: "warn", time: expect.any(String), trace_id: "a", message: "something" });
  expect(entry.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(Math.abs(Date.parse(entry.time) - Date.now())).toBeLessThan(60_000);
});

test("an error is told with its stack, under its own name", () => {
  const [line = ""] = written("info", (log) => log.error({ error: new RangeError("too far") }, "failed"));
  const { error, message } = JSON.parse(line);
  expect(message).toBe("failed");
  expect(error).toMatchObject({ type: "RangeError", message: "too far" });
  expect(error.stack).toContain("log.test.ts");
});

describe("a secret in an error is not told", () => {
  const ENCODED = `/%zz/${SECRET.replaceAll("_", "%255f")}`;
  const CAUSES: readonly (readonly [what: string, error: unknown])[] = [
    ["its message", new Error(`no ${ENCODED}`)],
    ["what caused it", new Error("failed", { cause: new Error(ENCODED) })],
    ["a field of its own", Object.assign(new Error("failed"), { path: ENCODED })],
    ["a field within a field", Object.assign(new Error("failed"), { request: { path: ENCODED } })],
    ["several at once", new AggregateError([new Error(ENCODED)], "failed")],
    ["what is no error", ENCODED],
    ["an object that is no error", { path: ENCODED, toString: () => ENCODED }],
  ];
  test.each(CAUSES)("from %s", (_, error) => {
    const [line = ""] = written("info", (log) => log.error({ error }, "failed"));
    expect(JSON.parse(line)).toMatchObject({ level: "error", message: "failed" });
    expect(line).not.toContain(SECRET.slice(8, 24));
    expect(line).toContain("/%zz/sk_live_[removed]");
  });

  test("as the name of a field", () => {
    const [line = ""] = written("info", (log) => log.error({ error: { [ENCODED]: 1 } }, "failed"));
    expect(line).not.toContain(SECRET.slice(8, 24));
  });

  test("from one that is in itself, which is told so far", () => {
    const error: Error & { self?: unknown } = new Error(ENCODED);
    error.self = { error, bare: Object.create(null) };
    const [line = ""] = written("info", (log) => log.error({ error }, "failed"));
    expect(line).toContain("/%zz/sk_live_[removed]");
    expect(line).not.toContain(SECRET.slice(8, 24));
  });

  test("whose number stays", () => {
    const error = Object.assign(new Error("disk full"), { errno: 13, code: "SQLITE_FULL" });
    const [line = ""] = written("info", (log) => log.error({ error }, "failed"));
    expect(JSON.parse(line).error).toMatchObject({ message: "disk full", errno: 13, code: "SQLITE_FULL" });
  });
});

test("a secret that some line is made with is taken out of it, and hidden characters are shown", () => {
  const [line = ""] = written("info", (log) =>
    log.warn(
      { store: `/srv/\u202e${SECRET}/\u009b`, [`${SECRET}`]: 1 },
      `PUBLISHER_${SECRET.toUpperCase()}\u200b`,
    ),
  );
  expect(line).not.toMatch(new RegExp(SECRET.slice(8, 24), "i"));
  expect(JSON.parse(line)).toMatchObject({
    store: "/srv/⟨U+202E⟩sk_live_[removed]/⟨U+009B⟩",
    message: "PUBLISHER_sk_live_[removed]⟨U+200B⟩",
  });
});

const LEVELS: readonly [LogLevel, readonly string[]][] = [
  ["debug", ["debug", "info", "warn", "error"]],
  ["info", ["info", "warn", "error"]],
  ["warn", ["warn", "error"]],
  ["error", ["error"]],
  ["silent", []],
];

test.each(LEVELS)("at level %s it tells of that and what is worse", (level, expected) => {
  const lines = written(level, (log) => {
    for (const each of ["debug", "info", "warn", "error"] as const) log[each]("x");
  });
  expect(lines.map((line) => JSON.parse(line).level)).toEqual([...expected]);
});

test("whatever is told, it stays one line of printable text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const [line = "", ...more] = written("info", (log) => log.info({ path: loggable(text) }, "request"));
      expect(more).toEqual([]);
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029\u200b\u202e]/u);
      expect(JSON.parse(line)).toMatchObject({ message: "request" });
    }),
  );
});

describe("text from a caller", () => {
  test.each([
    ["/publisher.v1/api-token/list", "/publisher.v1/api-token/list"],
    ["/a b/é/😀", "/a b/é/😀"],
    ["", ""],
    [`/${SECRET}/x`, "/sk_live_[removed]/x"],
    [SECRET.slice(0, 20), "sk_live_[removed]"],
    [`/${SECRET.replaceAll("_", "%5f")}/x%20y`, "/sk_live_[removed]/x%20y"],
    [`/%zz/${SECRET.replaceAll("_", "%255F")}/100%`, "/%zz/sk_live_[removed]/100%"],
    [`/${btoa(`user:${SECRET}`)}/x`, "/dXNlcjsk_live_[removed]=/x"],
    ["/100%/%zz", "/100%/%zz"],
    ["/a%20b", "/a%20b"],
    ["x".repeat(256), "x".repeat(256)],
    ["x".repeat(257), `${"x".repeat(256)}…`],
    ["x".repeat(100_000), `${"x".repeat(256)}…`],
  ])("%# is kept as far as it may be", (text, expected) => {
    expect(loggable(text)).toBe(expected);
  });
});

test("two secrets in a row are both taken out", () => {
  expect(loggable(`/${SECRET}${SECRET}/`)).toBe("/sk_live_[removed]/");
});

test("where text is cut short, nothing of a secret is left before the cut", () => {
  for (let before = 190; before <= 256; before += 1) {
    expect(loggable("x".repeat(before) + SECRET)).not.toContain(SECRET.slice(0, 9));
  }
});
