import { beforeAll, expect, spyOn, test } from "bun:test";
import * as redaction from "../../../src/tokens/secret/redaction.ts";
import { useTestApi } from "../../support/http/api.ts";

/** The most names that an answer of 100 issues can repeat, each of 32 levels named once. */
const NAMES_LIMIT = 200;

const api = useTestApi({ per: "file" });
let service: string;

beforeAll(async () => {
  service = await api.secret("read", null, ["wiki"]);
});

/** Thousands of repeated names below 30 levels. */
function repeated(name: string): string {
  const start = `{${JSON.stringify(name)}:`.repeat(30);
  const pairs = Array.from({ length: (64_000 - Buffer.byteLength(start)) / 6 }, () => '"a":1');
  return `${start}{${pairs.join(",")}}${"}".repeat(30)}`;
}

/** Thousands of names that no endpoint knows. */
function unknown(name: string): string {
  const pairs = Array.from({ length: 64_000 / (Buffer.byteLength(name) + 12) }, (_, count) => {
    return `${JSON.stringify(`${name}${count}`)}:1`;
  });
  return `{${pairs.join(",")}}`;
}

test.each([
  ["repeated names", repeated("a".repeat(50))],
  ["repeated names that decode to more", repeated("\ufdfa".repeat(10))],
  ["unknown names", unknown("a")],
  ["unknown names that decode to more", unknown("%26%23x25;\ufdfa")],
])("a body of %s takes no more work than its answer tells of", async (_, body) => {
  const excerpts = spyOn(redaction, "excerpt");
  for (const endpoint of ["current", "revoke", "verify", "bulk-verify"]) {
    excerpts.mockClear();
    const { status, text } = await api.send(`/publisher.v1/api-token/${endpoint}`, { token: service, body });
    expect(status).toBe(endpoint === "current" ? 400 : 403);
    expect(text.length).toBeLessThan(300_000);
    expect(excerpts.mock.calls.length).toBeLessThan(NAMES_LIMIT);
    if (endpoint === "current") expect(excerpts.mock.calls.length).toBeGreaterThan(0);
  }
  excerpts.mockRestore();
});
