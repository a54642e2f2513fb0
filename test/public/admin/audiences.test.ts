import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  audiencesFault,
  audiencesIn,
  knownAudiences,
  noteAudiences,
  withAudience,
} from "../../../public/admin/dialogs/audiences.ts";
import * as server from "../../../src/tokens/audience.ts";

const name = fc.oneof(
  fc.stringMatching(/^[a-z0-9-]{1,5}$/),
  fc.string({ maxLength: 3 }),
  fc.constantFrom("a".repeat(63), "a".repeat(64), "Billing", "billing"),
);

test("the page takes the names that the server takes, and no others", () => {
  fc.assert(
    fc.property(fc.array(name, { maxLength: server.AUDIENCE_LIMIT + 2 }), (names) => {
      expect(audiencesFault(names) === null).toBe(server.audiencesFault(names) === null);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ["", [], "Name at least one service."],
  [" , ;", [], "Name at least one service."],
  ["billing", ["billing"], null],
  [" billing,reports \r\n grafana;\tx ", ["billing", "reports", "grafana", "x"], null],
  ["a,b,a", ["a", "b", "a"], "a is there twice."],
  [
    "office wiki",
    ["office wiki"],
    "“office wiki” has a space in it. Write “office-wiki” for one service, or “office, wiki” for 2 services.",
  ],
  [
    Array.from({ length: 17 }, (_, index) => `s${index}`).join(),
    undefined,
    "A token is for at most 16 services.",
  ],
])("%p is read and judged", (text, names, fault) => {
  const read = audiencesIn(text);
  if (names !== undefined) expect(read).toEqual(names);
  expect(audiencesFault(read)).toBe(fault);
});

test("a name that cannot be is quoted", () => {
  expect(audiencesFault(["billing", "Billing"])).toStartWith("“Billing” cannot be a name");
  expect(audiencesFault(["Office wiki"])).toStartWith("“Office wiki” cannot be a name");
});

test("services are known once a token for them was seen, in order and once", () => {
  noteAudiences([{ audiences: ["reports", "billing"] }, { audiences: null }, { audiences: ["billing"] }]);
  noteAudiences([{ audiences: ["grafana"] }]);
  expect(knownAudiences.value).toEqual(["billing", "grafana", "reports"]);
});

test("a service is added to a text only once", () => {
  expect(withAudience("", "billing")).toBe("billing");
  expect(withAudience(withAudience("reports ;", "billing"), "grafana")).toBe("reports, billing, grafana");
  expect(withAudience("billing, reports", "billing")).toBe("billing, reports");
});
