import { describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectFailure, expectIssues } from "../../support/http/failures.ts";

const api = useTestApi({ per: "file" });

describe("revoke and get of an id", () => {
  const NO_ID = { path: "id", message: 'must be a token id: "atok_" and 1 to 64 letters and digits' };
  const ABSENT = ["atok_0", `atok_${"z".repeat(64)}`, "atok_toString", "atok_0VbrGZw82orhY4HgQJ6PRO"];
  const MALFORMED = [
    "",
    "atok_",
    "x",
    "ATOK_0",
    "aevt_0VbrGZw82orhY4HgQJ6PRO",
    "0VbrGZw82orhY4HgQJ6PRO",
    `atok_${"z".repeat(65)}`,
    "atok_a-b",
    "atok_a b",
    " atok_0",
    "atok_0\n",
    "atok_é",
    "atok_%30",
    "atok_0' OR '1'='1",
    0,
    null,
    true,
    ["atok_0"],
    { eq: "atok_0" },
  ];
  for (const endpoint of ["revoke", "get"]) {
    for (const id of ABSENT) {
      test(`${endpoint}: ${id} is well-formed, and a 404`, async () => {
        const answer = await api.call(`api-token/${endpoint}`, { id });
        expectFailure(answer, "not_found", { data: { resource: "api-token" } });
        expect(answer.text).not.toContain(id);
      });
    }
    for (const id of MALFORMED) {
      test(`${endpoint}: ${JSON.stringify(id)} is malformed, and a 400`, async () => {
        expectIssues(await api.call(`api-token/${endpoint}`, { id }), [NO_ID]);
      });
    }
    test(`${endpoint}: it has to be there, and alone`, async () => {
      const missing = { path: "id", message: "is required" };
      const unknown = { path: "ids", message: "is not a known parameter" };
      expectIssues(await api.call(`api-token/${endpoint}`, {}), [missing]);
      expectIssues(await api.call(`api-token/${endpoint}`, { ids: ["atok_0"] }), [missing, unknown]);
      const polluting = '{"__proto__":{"id":"atok_0"}}';
      expectIssues(await api.send(`/publisher.v1/api-token/${endpoint}`, { body: polluting }), [
        missing,
        { path: "__proto__", message: "is not a known parameter" },
      ]);
    });
  }
});
