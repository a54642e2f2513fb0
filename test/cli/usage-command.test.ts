import { describe, expect, test } from "bun:test";
import { type PeriodFlags, periodRequest } from "../../src/cli/usage-command.ts";
import { UsageError } from "../../src/settings/usage-error.ts";
import { formatTime, parseTime } from "../../src/tokens/time.ts";
import { periodOf, retainedPeriod } from "../../src/tokens/usage/usage-period.ts";

const NOW = parseTime("2026-11-26T15:30:00Z") ?? 0;

/** The period of a report with these flags. */
function period(flags: Partial<PeriodFlags>): string {
  const { from, to } = periodOf(periodRequest({ bucket: "day", ...flags }, NOW), NOW);
  return `${formatTime(from)} ${formatTime(to)}`;
}

describe("publisher usage looks at", () => {
  test.each<[Partial<PeriodFlags>, string]>([
    [{}, "2026-10-28T00:00:00Z 2026-11-27T00:00:00Z"],
    [{ bucket: "hour" }, "2026-11-25T16:00:00Z 2026-11-26T16:00:00Z"],
    [{ last: "1d" }, "2026-11-26T00:00:00Z 2026-11-27T00:00:00Z"],
    [{ last: "1h" }, "2026-11-26T00:00:00Z 2026-11-27T00:00:00Z"],
    [{ last: "2w" }, "2026-11-13T00:00:00Z 2026-11-27T00:00:00Z"],
    [{ bucket: "hour", last: "1h" }, "2026-11-26T15:00:00Z 2026-11-26T16:00:00Z"],
    [{ from: "2026-11-20T10:00:00Z" }, "2026-11-20T00:00:00Z 2026-11-27T00:00:00Z"],
    [
      { from: "2026-11-20T10:00:00Z", to: "2026-11-21T00:00:00Z" },
      "2026-11-20T00:00:00Z 2026-11-21T00:00:00Z",
    ],
    [{ to: "2026-11-21T00:00:00Z", last: "2d" }, "2026-11-20T00:00:00Z 2026-11-21T00:00:00Z"],
  ])("%j", (flags, looked) => {
    expect(period(flags)).toBe(looked);
  });

  test("all that is kept, and no more", () => {
    const { from } = retainedPeriod("day", NOW);
    expect(period({ last: "999999999w" })).toBe(`${formatTime(from)} 2026-11-27T00:00:00Z`);
  });

  test.each<[Partial<PeriodFlags>, string]>([
    [{ last: "1y" }, "--last must be a whole number above 0"],
    [{ from: "yesterday" }, "--from must be a time as in RFC 3339"],
    [{ to: "2026-11-21" }, "--to must be a time as in RFC 3339"],
    [{ from: "2026-11-27T00:00:00Z" }, "--from must be before --to, and in the past."],
    [{ from: "2026-11-20T00:00:00Z", to: "2026-11-20T00:00:00Z" }, "--from must be before --to"],
  ])("nothing with %j", (flags, said) => {
    expect(() => period(flags)).toThrow(UsageError);
    expect(() => period(flags)).toThrow(said);
  });
});
