import { describe, test } from "bun:test";
import { type Sent, useTestApi } from "../../support/http/api.ts";
import { ENDPOINTS, type EndpointUnderTest, INSUFFICIENT } from "../../support/http/endpoints.ts";
import {
  expectFailure,
  type FailureCode,
  type FailureParts,
  STATUS_OF,
} from "../../support/http/failures.ts";

const api = useTestApi({ per: "file" });

/** A request as it is put together, one fault after the other. */
interface Draft {
  path: string;
  method: string;
  token: string;
  headers: Record<string, string>;
  body: unknown;
}

interface Fault {
  readonly code: FailureCode;
  readonly parts?: FailureParts;
  readonly commit: (draft: Draft) => void;
}

/** One fault for each check after authentication, in the order of the checks. */
function faultsOf({ access }: EndpointUnderTest): readonly Fault[] {
  const faults: readonly Fault[] = [
    {
      code: "not_found",
      parts: { data: { resource: "endpoint" } },
      commit: (draft) => {
        draft.path += "x";
      },
    },
    {
      code: "method_not_allowed",
      parts: { headers: { allow: "POST" } },
      commit: (draft) => {
        draft.method = "PUT";
      },
    },
    {
      code: "authorization_error",
      parts: { headers: { "www-authenticate": INSUFFICIENT } },
      commit: (draft) => {
        draft.token = api.read;
      },
    },
    {
      code: "unsupported_media_type",
      commit: (draft) => {
        draft.headers["content-type"] = "text/plain";
      },
    },
    {
      code: "payload_too_large",
      parts: { data: { limit_bytes: 65536 } },
      commit: (draft) => {
        draft.body = " ".repeat(65537);
      },
    },
  ];
  return faults.filter(({ code }) => access === "write" || code !== "authorization_error");
}

function send({ path, ...sent }: Draft) {
  return api.send(path, sent satisfies Sent);
}

describe("the first check that fails answers, whatever else is wrong:", () => {
  for (const endpoint of ENDPOINTS) {
    const faults = faultsOf(endpoint);
    for (const [index, { code, parts = {} }] of faults.entries()) {
      test(`${endpoint.path}: ${STATUS_OF[code]} before all that comes after`, async () => {
        const draft: Draft = {
          path: `/publisher.v1/${endpoint.path}`,
          method: "POST",
          token: api.write,
          headers: {},
          body: "no JSON",
        };
        for (const { commit } of faults.slice(index)) commit(draft);
        expectFailure(await send(draft), code, parts);
      });
    }

    test(`${endpoint.path}: the body before the state`, async () => {
      const wrong = { ...endpoint.body, colour: "red" };
      const answer = await api.call(endpoint.path, wrong);
      const issues = [{ path: "colour", message: "is not a known parameter" }];
      expectFailure(answer, "bad_request", { data: { issues } });
    });
  }

  test("size before the body, also where only the header says so", async () => {
    const answer = await api.send("/publisher.v1/api-token/list", {
      headers: { "content-length": "65537" },
      body: "{",
    });
    expectFailure(answer, "payload_too_large", { data: { limit_bytes: 65536 } });
  });

  for (const name of ["revoke", "get"]) {
    test(`${name}: the state last, as a 404 of a token`, async () => {
      expectFailure(await api.call(`api-token/${name}`, { id: "atok_0" }), "not_found", {
        data: { resource: "api-token" },
      });
    });
  }
});
