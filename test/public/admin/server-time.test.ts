import { afterEach, expect, setSystemTime, test } from "bun:test";
import { noteServerTime, serverTime } from "../../../public/admin/api/server-time.ts";

const NOW = "2026-06-01T12:00:00.700Z";

afterEach(() => {
  setSystemTime();
});

test.each([
  ["Mon, 01 Jun 2026 14:00:00 GMT", "2026-06-01T14:00:00.000Z"],
  ["Sat, 30 May 2026 12:00:00 GMT", "2026-05-30T12:00:00.000Z"],
  // Whole seconds, some of which the answer was on its way.
  ["Mon, 01 Jun 2026 11:59:57 GMT", NOW],
  ["Mon, 01 Jun 2026 12:00:03 GMT", NOW],
])("an answer of %p sets the time", (date, expected) => {
  setSystemTime(new Date(NOW));
  noteServerTime(new Headers({ date }));
  expect(new Date(serverTime()).toISOString()).toBe(expected);
});

test.each([{}, { date: "soon" }])(
  "an answer with %p leaves the time as it was, and time goes on",
  (headers) => {
    setSystemTime(new Date(NOW));
    noteServerTime(new Headers({ date: "Mon, 01 Jun 2026 14:00:00 GMT" }));
    setSystemTime(new Date("2026-06-01T12:01:00.700Z"));
    noteServerTime(new Headers(headers));
    expect(new Date(serverTime()).toISOString()).toBe("2026-06-01T14:01:00.000Z");
  },
);
