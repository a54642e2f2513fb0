import { expect } from "bun:test";
import { expectHardened } from "../hardened.ts";
import type { Answer } from "./api.ts";

/** What a token has for every endpoint but `create`, in this order. */
export const RESOURCE_KEYS = [
  "id",
  "access",
  "audiences",
  "description",
  "hint",
  "status",
  "created_at",
  "created_by",
  "expires_at",
  "revoked_at",
  "last_used_at",
  "replaced_by",
  "reused_at",
  "reused_from",
];

/** What an audit event has, in this order. */
export const AUDIT_EVENT_KEYS = [
  "id",
  "at",
  "action",
  "actor",
  "target",
  "trace_id",
  "request_id",
  "ip",
  "changes",
];

/** That the answer is a token with these values, and nothing else. */
export function expectResource(answer: Answer, expected: object): void {
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.json)).toEqual(RESOURCE_KEYS);
  expect(answer.json).toMatchObject(expected);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expectHardened(answer.headers);
}
