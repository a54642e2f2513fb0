import type { AuditEvent } from "../../../src/tokens/audit/audit-event.ts";
import type { AuditEventKey } from "../../../src/tokens/audit/audit-event-listing.ts";
import type { Comparison, Condition, Sort, Value } from "../../../src/tokens/listing/listing.ts";
import type { TokenKey } from "../../../src/tokens/listing/token-listing.ts";
import type { UnixSeconds } from "../../../src/tokens/time.ts";
import type { Token } from "../../../src/tokens/token.ts";

type Held = Value | readonly string[] | null;

/**
 * The rows of a list and their order, in as few words as the contract has. It is for small sets alone, and shares no
 * line with the code under test.
 */
export interface ListModel<Row> {
  /** The value of a row under its name in the API. */
  readonly valueUnder: (row: Row, key: string, now: UnixSeconds) => Held;
  /** Whether a row stays out of lists that name none of these keys. */
  readonly isHidden: (row: Row) => boolean;
  readonly showing: readonly string[];
}

export const TOKEN_MODEL: ListModel<Token> = {
  valueUnder: (token, key, now) => {
    const hasExpired = token.expiresAt !== null && token.expiresAt <= now;
    const live = hasExpired ? "expired" : "active";
    const values: Readonly<Record<TokenKey, Held>> = {
      id: token.id,
      access: token.access,
      description: token.description,
      status: token.revokedAt === null ? live : "revoked",
      created_by: token.createdBy,
      created_at: token.createdAt,
      expires_at: token.expiresAt,
      revoked_at: token.revokedAt,
      last_used_at: token.lastUsedAt,
      replaced_by: token.replacedBy,
      reused_at: token.reusedAt,
      audiences: token.audiences,
      verifies: token.verifies ? "true" : null,
    };
    return under(values, key);
  },
  isHidden: (token) => token.revokedAt !== null,
  showing: ["status", "revoked_at", "id", "reused_at"],
};

export const AUDIT_EVENT_MODEL: ListModel<AuditEvent> = {
  valueUnder: (event, key) => {
    const values: Readonly<Record<AuditEventKey, Held>> = {
      id: event.id,
      at: event.at,
      action: event.action,
      actor: event.actor.tokenId,
      target: event.target,
      trace_id: event.actor.traceId,
      request_id: event.actor.requestId,
      ip: event.actor.ip,
    };
    return under(values, key);
  },
  isHidden: () => false,
  showing: [],
};

function under(values: Readonly<Record<string, Held>>, key: string): Held {
  const value = values[key];
  if (value === undefined) throw new Error(`there is no ${key}`);
  return value;
}

/** The whole list. */
export function expectedList<Row extends { readonly id: string }>(
  model: ListModel<Row>,
  rows: readonly Row[],
  conditions: readonly Condition[],
  sorts: readonly Sort[],
  now: UnixSeconds,
): readonly Row[] {
  return rows.filter((row) => isListed(model, row, conditions, now)).sort(inOrderOf(model, sorts));
}

/** Whether a row is in the list at that moment. */
export function isListed<Row>(
  model: ListModel<Row>,
  row: Row,
  conditions: readonly Condition[],
  now: UnixSeconds,
): boolean {
  const isHidden = model.isHidden(row) && !conditions.some((condition) => names(condition, model.showing));
  return !isHidden && conditions.every((condition) => satisfies(model, row, condition, now));
}

function names(condition: Condition, keys: readonly string[]): boolean {
  if ("conditions" in condition) return condition.conditions.some((part) => names(part, keys));
  return keys.includes(condition.key);
}

function satisfies<Row>(model: ListModel<Row>, row: Row, condition: Condition, now: UnixSeconds): boolean {
  if ("conditions" in condition) {
    const parts = condition.conditions.map((part) => satisfies(model, row, part, now));
    return condition.op === "and" ? !parts.includes(false) : parts.includes(true);
  }
  const value = model.valueUnder(row, condition.key, now);
  if (value === null) {
    return condition.op === "nin" || (condition.op === "exists" && !condition.value);
  }
  if (typeof value !== "object") return suits(value, condition);
  const outcomes = value.map((one) => suits(one, condition));
  return condition.op === "nin" ? !outcomes.includes(false) : outcomes.includes(true);
}

function suits(value: Value, condition: Comparison): boolean {
  switch (condition.op) {
    case "eq":
      return condition.value === value;
    case "in":
      return condition.values.some((one) => one === value);
    case "nin":
      return condition.values.every((one) => one !== value);
    case "exists":
      return condition.value;
    case "lt":
      return Number(value) < condition.value;
    case "gt":
      return Number(value) > condition.value;
    case "regex":
      return new RegExp(condition.pattern.source, condition.pattern.caseInsensitive ? "ius" : "us").test(
        String(value),
      );
  }
}

function inOrderOf<Row extends { readonly id: string }>(
  model: ListModel<Row>,
  sorts: readonly Sort[],
): (left: Row, right: Row) => number {
  const order: readonly Sort[] = sorts.length === 0 ? [{ key: "id", direction: "desc" }] : sorts;
  return (left, right) => {
    for (const { key, direction } of order) {
      const [one, other] = [model.valueUnder(left, key, 0), model.valueUnder(right, key, 0)];
      if (one === other) continue;
      if (one === null) return 1;
      if (other === null) return -1;
      if (typeof one === "object" || typeof other === "object") throw new Error(`no sort by ${key}`);
      return direction === "asc" ? compare(one, other) : compare(other, one);
    }
    return compare(left.id, right.id);
  };
}

/** Numbers by size, text by code point. */
function compare(one: Value, other: Value): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  const [points, others] = [[...String(one)], [...String(other)]];
  for (const [index, character] of points.entries()) {
    const against = others[index];
    if (against === undefined) return 1;
    const difference = (character.codePointAt(0) ?? 0) - (against.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return points.length - others.length;
}
