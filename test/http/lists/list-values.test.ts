import { describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectIssues } from "../../support/http/failures.ts";

const api = useTestApi({ per: "file" });

interface KeyUnderTest {
  readonly key: string;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
  readonly message: string;
}

const NO_VALUES = [null, true, 5, {}, [], ""];
const IDS = {
  good: ["atok_0", `atok_${"z".repeat(64)}`],
  bad: [null, true, 5, {}, [], "", "atok_", "x", `atok_${"z".repeat(65)}`, "atok_0\n"],
  message: 'must be a token id: "atok_" and 1 to 64 letters and digits',
};
const TIMES = {
  good: [
    "2026-06-01T12:00:00Z",
    "2026-06-01t12:00:00.5+02:00",
    "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
  ],
  bad: [...NO_VALUES, "now", "2026-06-01", "2026-06-01T12:00:00", "2026-02-30T00:00:00Z", 1_780_000_000],
  message: "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z",
};

const TOKEN_KEYS: readonly KeyUnderTest[] = [
  { key: "id", ...IDS },
  { key: "created_by", ...IDS },
  {
    key: "access",
    good: ["read", "write"],
    bad: [...NO_VALUES, "READ"],
    message: 'must be "read" or "write"',
  },
  {
    key: "status",
    good: ["active", "expired", "revoked"],
    bad: [...NO_VALUES, "Active", "deleted"],
    message: 'must be "active", "expired" or "revoked"',
  },
  {
    key: "description",
    good: ["", "CI", "😀".repeat(500), "'; --"],
    bad: [null, true, 5, {}, [], "a\nb", "\ud800", "x".repeat(501)],
    message: "must be text that a description can have",
  },
  { key: "replaced_by", ...IDS },
  {
    key: "audiences",
    good: ["wiki", "0", "git-2", "a".repeat(63)],
    bad: [null, true, 5, {}, [], ["wiki"], "", "-a", "Wiki", "a b", "é", "a".repeat(64), "wiki\n"],
    message:
      "must be a name of 1 to 63 lower-case letters, digits and hyphens that does not begin with a hyphen",
  },
  { key: "created_at", ...TIMES },
  { key: "expires_at", ...TIMES },
  { key: "revoked_at", ...TIMES },
  { key: "last_used_at", ...TIMES },
  { key: "reused_at", ...TIMES },
];

const EVENT_KEYS: readonly KeyUnderTest[] = [
  {
    key: "id",
    good: ["aevt_0", `aevt_${"z".repeat(64)}`],
    bad: [...NO_VALUES, "aevt_", "atok_0", `aevt_${"z".repeat(65)}`, "aevt_0\n"],
    message: 'must be the id of an audit event: "aevt_" and 1 to 64 letters and digits',
  },
  { key: "at", ...TIMES },
  {
    key: "action",
    good: ["api-token.create", "api-token.update", "api-token.rotate", "api-token.revoke"],
    bad: [...NO_VALUES, "create", "api-token.list"],
    message: 'must be "api-token.create", "api-token.update", "api-token.rotate" or "api-token.revoke"',
  },
  { key: "actor", ...IDS },
  { key: "target", ...IDS },
  ...["trace_id", "request_id"].map((key) => ({
    key,
    good: ["4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)],
    bad: [...NO_VALUES, "4BF92F3577B34DA6A3CE929D0E0E4736", "0".repeat(31), "0".repeat(33), "g".repeat(32)],
    message: "must be a trace id: 32 of 0-9 and a-f",
  })),
  {
    key: "ip",
    good: ["192.0.2.1", "::1", "2001:db8::1", "::ffff:192.0.2.1"],
    bad: [...NO_VALUES, "localhost", "192.0.2", "192.0.2.256", "192.0.2.0/24", "[::1]"],
    message: "must be an IP address, such as 192.0.2.1 or 2001:db8::1",
  },
];

const LISTS = [
  {
    path: "api-token/list",
    keys: TOKEN_KEYS,
    times: ["created_at", "expires_at", "revoked_at", "last_used_at", "reused_at"],
    patterns: ["id", "description"],
  },
  { path: "audit-event/list", keys: EVENT_KEYS, times: ["at"], patterns: ["id"] },
];

async function list(condition: object, path = "api-token/list") {
  return await api.call(path, { filters: [condition] });
}

for (const { path, keys, times, patterns } of LISTS) {
  for (const key of keys)
    describe(`${path}, ${key.key}:`, () => valuesAreChecked(path, key, times, patterns));
}

function valuesAreChecked(
  path: string,
  { key, good, bad, message }: KeyUnderTest,
  times: readonly string[],
  patterns: readonly string[],
): void {
  const ask = async (operation: object) => await list({ key, ...operation }, path);

  test("eq, in and nin take each good value", async () => {
    for (const value of good) {
      for (const condition of [{ eq: value }, { in: [value] }, { nin: [value] }])
        expect((await ask(condition)).status, JSON.stringify(condition)).toBe(200);
    }
    expect((await ask({ in: good })).status).toBe(200);
  });

  test("eq, in and nin refuse each bad value", async () => {
    for (const value of bad) {
      const label = JSON.stringify(value);
      expectIssues(await ask({ eq: value }), [{ path: "filters[0].eq", message }], label);
      for (const op of ["in", "nin"]) {
        const answer = await ask({ [op]: [good[0], value, value] });
        const issues = [1, 2].map((at) => ({ path: `filters[0].${op}[${at}]`, message }));
        expectIssues(answer, issues, label);
      }
    }
  });

  test("in and nin refuse what is no list of at least one", async () => {
    for (const op of ["in", "nin"]) {
      for (const value of [[], null, good[0], {}, 5])
        expectIssues(await ask({ [op]: value }), [
          { path: `filters[0].${op}`, message: "must be a list of at least one value" },
        ]);
    }
  });

  test("exists takes true and false alone", async () => {
    for (const value of [true, false]) expect((await ask({ exists: value })).status).toBe(200);
    for (const value of [null, 1, 0, "true", "", [], {}])
      expectIssues(await ask({ exists: value }), [
        { path: "filters[0].exists", message: "must be true or false" },
      ]);
  });

  if (times.includes(key)) {
    test("lt and gt take each good value and refuse each bad one", async () => {
      for (const op of ["lt", "gt"]) {
        for (const value of good) expect((await ask({ [op]: value })).status).toBe(200);
        for (const value of [...bad, [good[0]]])
          expectIssues(await ask({ [op]: value }), [{ path: `filters[0].${op}`, message }]);
      }
    });
  } else {
    test("is not for lt and gt", async () => {
      for (const op of ["lt", "gt"]) {
        for (const value of [good[0], "2026-06-01T12:00:00Z"])
          expectIssues(await ask({ [op]: value }), [
            { path: `filters[0].${op}`, message: `is only for ${times.join(", ")}` },
          ]);
      }
    });
  }

  if (!patterns.includes(key)) {
    test("is not for regex", async () => {
      expectIssues(await ask({ regex: { pattern: "a" } }), [
        { path: "filters[0].regex", message: `is only for ${patterns.join(", ")}` },
      ]);
    });
  }
}

test("a thousand values are fine", async () => {
  const values = Array.from({ length: 1000 }, (_, index) => `atok_${index}`);
  expect((await list({ key: "id", in: values })).json.data).toEqual([]);
  expect((await list({ key: "id", nin: values })).json.data).toHaveLength(2);
});
