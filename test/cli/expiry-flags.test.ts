import { describe, expect, test } from "bun:test";
import { type ExpiryFlags, expirySetting, overlapSetting } from "../../src/cli/expiry-flags.ts";
import { UsageError } from "../../src/settings/usage-error.ts";

const NOW = 1_780_315_200;

/** Expects a refusal with this message, which ends with the value. */
function expectRefusal(work: () => unknown, message: string, value: string): void {
  expect(work).toThrow(UsageError);
  expect(work).toThrow(`${message}, and is ${JSON.stringify(value)}.`);
}

describe("the expiry at the command line", () => {
  test.each<[ExpiryFlags, number | null | undefined]>([
    [{}, undefined],
    [{ expiry: true }, undefined],
    [{ expiry: false }, null],
    [{ expiresIn: "45s" }, NOW + 45],
    [{ expiresIn: "30m" }, NOW + 1800],
    [{ expiresIn: "12h" }, NOW + 43_200],
    [{ expiresIn: "90d" }, NOW + 7_776_000],
    [{ expiresIn: "2w" }, NOW + 1_209_600],
    [{ expiresAt: "2030-12-31T23:59:59Z" }, 1_924_991_999],
    [{ expiresAt: "2030-12-31T23:59:59.9+01:00" }, 1_924_988_399],
    [{ expiresAt: "2000-01-01T00:00:00Z" }, 946_684_800],
  ])("of %j is %p", (flags, expected) => {
    expect(expirySetting(flags, NOW)).toBe(expected);
  });

  test.each(["", "0d", "90", "d", "-1d", "1.5d", "90 d", "90D", "1y", "1d2h", "0x1d", "1000000000s"])(
    "is refused in %p",
    (expiresIn) => {
      const form = "must be a whole number above 0 with s, m, h, d or w behind it, such as 90d";
      expectRefusal(() => expirySetting({ expiresIn }, NOW), `--expires-in ${form}`, expiresIn);
    },
  );

  test.each(["", "tomorrow", "2030-12-31", "2030-12-31T23:59:59", "2030-02-30T00:00:00Z"])(
    "is refused at %p",
    (expiresAt) => {
      const form = "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z";
      expectRefusal(() => expirySetting({ expiresAt }, NOW), `--expires-at ${form}`, expiresAt);
    },
  );

  test.each([{ expiresIn: "1d" }, { expiresAt: "2030-12-31T23:59:59Z" }])("is not never and %j", (flags) => {
    expect(() => expirySetting({ ...flags, expiry: false }, NOW)).toThrow(
      "--no-expiry does not go with --expires-at or --expires-in. Give only one of them.",
    );
  });
});

describe("the overlap at the command line", () => {
  test.each([
    [undefined, 86_400],
    ["0", 0],
    ["0s", 0],
    ["0d", 0],
    ["90m", 5400],
    ["30d", 2_592_000],
  ])("of %p is %p seconds", (overlap, seconds) => {
    expect(overlapSetting(overlap)).toBe(seconds);
  });

  test.each(["", "00", "1", "-1d", "1y", "0x"])("is refused in %p", (overlap) => {
    const form = "must be 0, or a whole number with s, m, h, d or w behind it, such as 90d";
    expectRefusal(() => overlapSetting(overlap), `--overlap ${form}`, overlap);
  });

  test("is refused where it is too long, in units of the flag", () => {
    expectRefusal(() => overlapSetting("2592001s"), "--overlap must be at most 30d", "2592001s");
  });
});
