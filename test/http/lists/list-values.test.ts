import { expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectIssues } from "../../support/http/failures.ts";

const api = useTestApi({ per: "file" });

/** Good and bad values of a filter key, and the message for bad ones. */
type Values = readonly [good: readonly unknown[], bad: readonly unknown[], message: string];

const NO_VALUES = [null, true, 5, {}, [], ""];
const IDS: Values = [
  ["atok_0", `atok_${"z".repeat(64)}`],
  [...NO_VALUES, "atok_", "x", `atok_${"z".repeat(65)}`, "atok_0\n"],
  'must be a token id: "atok_" and 1 to 64 letters and digits',
];
const TIMES: Values = [
  ["2026-06-01t12:00:00.5+02:00", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
  [...NO_VALUES, "now", "2026-06-01", "2026-06-01T12:00:00", "2026-02-30T00:00:00Z", 1_780_000_000],
  "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z",
];
const TRACE_IDS: Values = [
  ["4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)],
  [...NO_VALUES, "4BF92F3577B34DA6A3CE929D0E0E4736", "0".repeat(31), "0".repeat(33), "g".repeat(32)],
  "must be a trace id: 32 of 0-9 and a-f",
];

const TOKEN_KEYS: Readonly<Record<string, Values>> = {
  id: IDS,
  created_by: IDS,
  replaced_by: IDS,
  access: [["read", "write"], [...NO_VALUES, "READ"], 'must be "read" or "write"'],
  status: [
    ["active", "expired", "revoked"],
    [...NO_VALUES, "Active", "deleted"],
    'must be "active", "expired" or "revoked"',
  ],
  description: [
    ["", "CI", "😀".repeat(500), "'; --"],
    [null, true, 5, {}, [], "a\nb", "\ud800", "x".repeat(501)],
    "must be text that a description can have",
  ],
  audiences: [
    ["wiki", "0", "git-2", "a".repeat(63)],
    [...NO_VALUES, ["wiki"], "-a", "Wiki", "a b", "é", "a".repeat(64), "wiki\n"],
    "must be a name of 1 to 63 lower-case letters, digits and hyphens that does not begin with a hyphen",
  ],
  created_at: TIMES,
  expires_at: TIMES,
  revoked_at: TIMES,
  last_used_at: TIMES,
  reused_at: TIMES,
};

const EVENT_KEYS: Readonly<Record<string, Values>> = {
  id: [
    ["aevt_0", `aevt_${"z".repeat(64)}`],
    [...NO_VALUES, "aevt_", "atok_0", `aevt_${"z".repeat(65)}`, "aevt_0\n"],
    'must be the id of an audit event: "aevt_" and 1 to 64 letters and digits',
  ],
  at: TIMES,
  action: [
    ["api-token.create", "api-token.update", "api-token.rotate", "api-token.revoke"],
    [...NO_VALUES, "create", "api-token.list"],
    'must be "api-token.create", "api-token.update", "api-token.rotate" or "api-token.revoke"',
  ],
  actor: IDS,
  target: IDS,
  trace_id: TRACE_IDS,
  request_id: TRACE_IDS,
  ip: [
    ["192.0.2.1", "::1", "2001:db8::1", "::ffff:192.0.2.1"],
    [...NO_VALUES, "localhost", "192.0.2", "192.0.2.256", "192.0.2.0/24", "[::1]"],
    "must be an IP address, such as 192.0.2.1 or 2001:db8::1",
  ],
};

const LISTS = [
  ["api-token/list", TOKEN_KEYS, ["id", "description"]],
  ["audit-event/list", EVENT_KEYS, ["id"]],
] as const;

const CASES = LISTS.flatMap(([path, keys, patterns]) => {
  const times = Object.keys(keys).filter((key) => keys[key] === TIMES);
  return Object.entries(keys).map(([key, values]) => ({ path, key, values, patterns, times }));
});

test.each(CASES)(
  "$path takes good values of $key and refuses bad ones",
  async ({ path, key, ...expected }) => {
    const { values, patterns, times } = expected;
    const [good, bad, message] = values;
    const ask = async (operation: object) => await api.call(path, { filters: [{ key, ...operation }] });
    const takes = async (operation: object) =>
      expect((await ask(operation)).status, JSON.stringify(operation)).toBe(200);
    const refuses = async (operation: object, message: string, ends = [""]) => {
      const [op] = Object.keys(operation);
      const issues = ends.map((end) => ({ path: `filters[0].${op}${end}`, message }));
      expectIssues(await ask(operation), issues, JSON.stringify(operation));
    };
    for (const value of good)
      for (const operation of [{ eq: value }, { in: [value] }, { nin: [value] }]) await takes(operation);
    await takes({ in: good });
    for (const value of bad) await refuses({ eq: value }, message);
    for (const op of ["in", "nin"]) {
      for (const value of bad) await refuses({ [op]: [good[0], value, value] }, message, ["[1]", "[2]"]);
      for (const value of [[], null, good[0], {}, 5])
        await refuses({ [op]: value }, "must be a list of at least one value");
    }
    for (const exists of [true, false]) await takes({ exists });
    for (const exists of [null, 1, 0, "true", "", [], {}]) await refuses({ exists }, "must be true or false");
    for (const op of ["lt", "gt"]) {
      if (values === TIMES) for (const value of good) await takes({ [op]: value });
      const refused = values === TIMES ? [...bad, [good[0]]] : [good[0], "2026-06-01T12:00:00Z"];
      const reason = values === TIMES ? message : `is only for ${times.join(", ")}`;
      for (const value of refused) await refuses({ [op]: value }, reason);
    }
    if (!patterns.some((each) => each === key))
      await refuses({ regex: { pattern: "a" } }, `is only for ${patterns.join(", ")}`);
  },
);

test("a condition takes a thousand values", async () => {
  const values = Array.from({ length: 1000 }, (_, index) => `atok_${index}`);
  const list = async (operation: object) =>
    (await api.call("api-token/list", { filters: [{ key: "id", ...operation }] })).json.data;
  expect(await list({ in: values })).toEqual([]);
  expect(await list({ nin: values })).toHaveLength(2);
});
