import { describe, expect, test } from "bun:test";
import { type Answer, useTestApi } from "../support/http/api.ts";
import { BARE_CHALLENGE } from "../support/http/credentials.ts";
import { expectFailure, type FailureCode, type FailureParts } from "../support/http/failures.ts";
import { loggedFaults } from "../support/http/logged.ts";

const api = useTestApi();

interface Scenario extends FailureParts {
  readonly code: FailureCode;
  readonly name: string;
  readonly provoke: () => Promise<Answer>;
}

/** Every code but those of the server's own faults. */
const SCENARIOS: readonly Scenario[] = [
  {
    code: "bad_request",
    name: "a body that is not what the endpoint takes",
    provoke: () => api.call("api-token/create", { access: "read", expires_at: "2026-06-01T12:00:00Z" }),
    data: { issues: [{ path: "expires_at", message: "must be in the future" }] },
  },
  {
    code: "authentication_error",
    name: "no token",
    provoke: () => api.call("api-token/list", {}, null),
    headers: { "www-authenticate": BARE_CHALLENGE },
  },
  {
    code: "authorization_error",
    name: "a token that may not",
    provoke: () => api.call("api-token/create", {}, api.read),
    headers: { "www-authenticate": `${BARE_CHALLENGE}, error="insufficient_scope", scope="write"` },
  },
  {
    code: "conflict",
    name: "a token that has ended",
    provoke: async () => {
      const { id } = (await api.call("api-token/create", { access: "read" })).json;
      await api.call("api-token/revoke", { id });
      return await api.call("api-token/rotate", { id });
    },
    data: { resource: "api-token", status: "revoked", replaced_by: null },
  },
  {
    code: "not_found",
    name: "a token that is not there",
    provoke: () => api.call("api-token/get", { id: "atok_0" }),
    data: { resource: "api-token" },
  },
  {
    code: "not_found",
    name: "an endpoint that is not there",
    provoke: () => api.call("api-token/nope"),
    data: { resource: "endpoint" },
  },
  {
    code: "not_found",
    name: "a path that is not there",
    provoke: () => api.send("/nope", { method: "GET", token: null }),
    data: { resource: "endpoint" },
  },
  {
    code: "method_not_allowed",
    name: "another method on an endpoint",
    provoke: () => api.send("/publisher.v1/api-token/list", { method: "GET" }),
    headers: { allow: "POST" },
  },
  {
    code: "method_not_allowed",
    name: "another method outside",
    provoke: () => api.send("/healthz", { method: "DELETE", token: null }),
    headers: { allow: "GET, HEAD" },
  },
  {
    code: "payload_too_large",
    name: "a body of 65,537 bytes",
    provoke: () => api.send("/publisher.v1/api-token/list", { body: " ".repeat(65537) }),
    data: { limit_bytes: 65536 },
  },
  {
    code: "unsupported_media_type",
    name: "another type",
    provoke: () => api.send("/publisher.v1/api-token/list", { headers: { "content-type": "text/json" } }),
  },
];

describe("each failure has its one form:", () => {
  for (const { code, name, provoke, ...parts } of SCENARIOS) {
    test(`${code}: ${name}`, async () => {
      expectFailure(await provoke(), code, parts);
      expect(loggedFaults(api)).toStrictEqual([]);
    });
  }
});
