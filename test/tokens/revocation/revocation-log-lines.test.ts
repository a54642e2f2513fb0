import { describe, expect, test } from "bun:test";
import type { AuditEvent } from "../../../src/tokens/audit/audit-event.ts";
import {
  afterGap,
  endsOf,
  lackEnd,
  lastEndTime,
} from "../../../src/tokens/revocation/merged-revocation-logs.ts";
import {
  endLines,
  firstLine,
  parseLines,
  type RevocationLines,
} from "../../../src/tokens/revocation/revocation-log-lines.ts";
import { eventOf } from "../../support/new-token.ts";

function change(id: string, target: string, changes: AuditEvent["changes"]): AuditEvent {
  return { ...eventOf(target, id), action: "api-token.update", changes };
}

/** A log as a server writes it. */
function logOf(after: string, events: readonly AuditEvent[]): RevocationLines {
  const text = [firstLine("mark", after), ...endLines(after, events)].join("\n");
  const log = parseLines(`${text}\n`);
  if (log === null) throw new Error(`no log: ${text}`);
  return log;
}

describe("a line of the revocation log", () => {
  test("has the end of a token, in times of RFC 3339, and no description", () => {
    const event = change("aevt_1", "atok_1", {
      description: "Bob",
      expires_at: 0,
      revoked_at: 1,
      replaced_by: "atok_2",
    });
    expect(endLines("", [event]).map((line) => JSON.parse(line))).toEqual([
      {
        audit_event: "aevt_1",
        previous: null,
        at: "2026-06-01T12:00:00Z",
        token: "atok_1",
        expires_at: "1970-01-01T00:00:00Z",
        revoked_at: "1970-01-01T00:00:01Z",
        replaced_by: "atok_2",
      },
    ]);
  });

  test("names the event of the line before it", () => {
    const events = ["aevt_1", "aevt_2", "aevt_3"].map((id) => change(id, "atok_1", { expires_at: 1 }));
    const [first, , third] = events as [AuditEvent, AuditEvent, AuditEvent];
    const lines = endLines("aevt_0", [first, change("aevt_2", "atok_1", { description: "Bob" }), third]);
    expect(lines.map((line) => JSON.parse(line).previous)).toEqual(["aevt_0", "aevt_1"]);
  });

  test("is not written for a change that concerns no end", () => {
    expect(endLines("", [change("aevt_1", "atok_1", { description: "Bob" })])).toEqual([]);
  });
});

describe("a log that was read", () => {
  test("has the written ends", () => {
    const { store, after, last, ends } = logOf("aevt_0", [change("aevt_1", "atok_1", { revoked_at: 9 })]);
    expect({ store, after, last }).toEqual({ store: "mark", after: "aevt_0", last: "aevt_1" });
    expect(ends).toEqual([
      {
        event: "aevt_1",
        previous: "aevt_0",
        at: 1_780_315_200,
        token: "atok_1",
        revokedAt: 9,
        expiresAt: undefined,
        replacedBy: null,
      },
    ]);
  });

  test("passes over a line that was cut short", () => {
    const [line = ""] = endLines("", [change("aevt_1", "atok_1", { revoked_at: 9 })]);
    const text = `${firstLine("mark", "")}\n${line.slice(0, 30)}\n${line}\n${line.slice(0, -1)}`;
    expect(parseLines(text)?.ends.map(({ event }) => event)).toEqual(["aevt_1"]);
    expect(parseLines(text)?.unreadable).toBe(2);
    expect(parseLines(`${firstLine("mark", "")}\n${line}\n`)?.unreadable).toBeNull();
  });

  test("says before which line others are missing", () => {
    const events = ["aevt_1", "aevt_2", "aevt_3"].map((id) => change(id, "atok_1", { revoked_at: 9 }));
    const lines = endLines("aevt_0", events);
    const holeIn = (...kept: readonly (string | undefined)[]) =>
      parseLines([firstLine("mark", "aevt_0"), ...kept, ""].join("\n"))?.afterHole;
    expect(holeIn(...lines)).toBeNull();
    expect(holeIn(lines[0], lines[2])).toBe(3);
    expect(holeIn(lines[1], lines[2])).toBe(2);
    expect(holeIn(lines[0], lines[1], ...endLines("aevt_2", events))).toBeNull();
  });

  test("has a line that cannot be read where it does not name the one before", () => {
    const line = '{"audit_event":"aevt_2","token":"atok_1","revoked_at":"2026-06-01T12:00:00Z"}';
    expect(parseLines([firstLine("mark", ""), line, ""].join("\n"))).toMatchObject({
      unreadable: 2,
      ends: [],
    });
  });

  test.each([
    "",
    "Dear diary",
    "{}",
    "null",
    '{"revocation_log":2,"store":"x"}',
    '{"revocation_log":1}',
    '{"revocation_log":1,"store":"x","after":"atok_1"}',
  ])("is none that begins with %s", (text) => {
    expect(parseLines(text)).toBeNull();
  });

  test("counts an expiry as it was set last, and a revocation for good", () => {
    const log = logOf("", [
      change("aevt_1", "atok_1", { expires_at: 5 }),
      change("aevt_2", "atok_1", { expires_at: 8 }),
      change("aevt_3", "atok_2", { expires_at: 5 }),
      change("aevt_4", "atok_2", { expires_at: null }),
      change("aevt_5", "atok_3", { replaced_by: "atok_4", expires_at: 7 }),
      change("aevt_6", "atok_3", { revoked_at: 6 }),
    ]);
    expect(endsOf([log])).toEqual([
      { token: "atok_1", revokedAt: null, expiresAt: 8, replacedBy: null },
      { token: "atok_2", revokedAt: null, expiresAt: null, replacedBy: null },
      { token: "atok_3", revokedAt: 6, expiresAt: 7, replacedBy: "atok_4" },
    ]);
  });
});

test("two files that begin with the store have the same ends in either order", () => {
  const revoked = change("aevt_1", "atok_1", { expires_at: 9 });
  const old = logOf("", [revoked]);
  const fresh = logOf("", [revoked, change("aevt_2", "atok_1", { expires_at: 5 })]);
  const ends = [{ token: "atok_1", revokedAt: null, expiresAt: 5, replacedBy: null }];
  expect(endsOf([old, fresh])).toEqual(ends);
  expect(endsOf([fresh, old])).toEqual(ends);
});

describe("logs lack an end that a backup has", () => {
  const first = logOf("", [change("aevt_3", "atok_1", { revoked_at: 1 })]);
  const second = logOf("aevt_6", [change("aevt_7", "atok_3", { revoked_at: 1 })]);
  const cases: readonly [boolean, readonly string[], readonly RevocationLines[]][] = [
    [false, [], [first]],
    [false, ["aevt_3"], [first]],
    [true, ["aevt_3", "aevt_5"], [first]],
    [true, ["aevt_1", "aevt_3"], [first]],
    [false, ["aevt_3", "aevt_5"], [first, second]],
    [false, ["aevt_3", "aevt_5", "aevt_7"], [second]],
    [true, ["aevt_8"], [second, first]],
    [false, ["aevt_1"], []],
  ];
  test.each(cases)("%p: the ends %p, with the logs given", (isLacking, ends, logs) => {
    expect(lackEnd(logs, ends)).toBe(isLacking);
  });

  test("and the last line says until when they are", () => {
    expect(lastEndTime([second, first])).toBe(1_780_315_200);
    expect(lastEndTime([logOf("", [])])).toBeNull();
  });
});

describe("logs cover all since a backup", () => {
  const first = logOf("", [change("aevt_3", "atok_1", { revoked_at: 1 })]);
  const second = logOf("aevt_3", [change("aevt_5", "atok_2", { revoked_at: 1 })]);
  const third = logOf("aevt_6", [change("aevt_7", "atok_3", { revoked_at: 1 })]);
  const cases: readonly [RevocationLines | null, string, readonly RevocationLines[]][] = [
    [null, "aevt_1", [first]],
    [null, "", [first]],
    [second, "aevt_1", [second]],
    [null, "aevt_4", [second]],
    [null, "aevt_1", [second, first]],
    [third, "aevt_1", [third, second, first]],
    [null, "aevt_6", [third, first]],
  ];
  test.each(cases)("the one after a gap is %p, since %s", (gap, since, logs) => {
    expect(afterGap(logs, since)).toBe(gap);
  });
});
