import { expect } from "bun:test";
import type { Answer } from "./api.ts";

/** The keys of a token, in their order, for every endpoint except `create`. */
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

/** The keys of an audit event, in their order. */
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

/** Expects a token with these values and no other keys. */
export function expectResource(answer: Answer, expected: object): void {
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.json)).toEqual(RESOURCE_KEYS);
  expect(answer.json).toMatchObject(expected);
  expect(answer.headers.get("content-type")).toBe("application/json");
}
