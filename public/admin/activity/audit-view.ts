import { isTokenId } from "../../../src/tokens/identifier.ts";
import { AUDIT_ACTIONS, type AuditAction } from "../api/record-types.ts";
import { DAY_MS } from "../app/format.ts";
import { dayFrom, moment, PAGE_SIZE } from "../token-list/list-view.ts";

/** The part of the filtered token in a change. `command-line` is a change by the command line, to any token. */
export const PARTS = ["any", "target", "actor", "command-line"] as const;

export type Part = (typeof PARTS)[number];

/** Which changes are listed, and how far one has paged. */
export interface AuditView {
  readonly action: AuditAction | null;
  readonly part: Part;
  /** The id of a token; null for any. */
  readonly token: string | null;
  /** The first and the last day of UTC, as `2026-12-31`. */
  readonly from: string | null;
  readonly to: string | null;
  readonly page: number;
  /** The cursor of that page; null for the first. */
  readonly cursor: string | null;
}

export const WHOLE_TRAIL: AuditView = {
  action: null,
  part: "any",
  token: null,
  from: null,
  to: null,
  page: 1,
  cursor: null,
};

/** The view that a query, as in `action=api-token.revoke&from=2026-12-31`, stands for. */
export function auditViewFrom(query: string): AuditView {
  const asked = new URLSearchParams(query);
  const token = asked.get("token");
  const cursor = asked.get("after");
  const page = Number(asked.get("page"));
  return {
    action: AUDIT_ACTIONS.find((action) => action === asked.get("action")) ?? null,
    part: PARTS.find((part) => part === asked.get("part")) ?? WHOLE_TRAIL.part,
    token: token !== null && isTokenId(token) ? token : null,
    from: dayFrom(asked.get("from")),
    to: dayFrom(asked.get("to")),
    page: cursor === null ? 1 : Number.isSafeInteger(page) && page > 1 ? page : 2,
    cursor,
  };
}

/** The query that stands for a view; empty for the whole trail. */
export function auditQueryOf({ page, cursor, part, ...narrowing }: AuditView): string {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(narrowing)) if (value !== null) said.set(name, value);
  if (part !== WHOLE_TRAIL.part) said.set("part", part);
  if (cursor !== null) {
    said.set("page", String(page));
    said.set("after", cursor);
  }
  return said.toString();
}

/** The trail narrowed in another way, from its first page on. */
export function narrowed(view: AuditView, change: Partial<AuditView>): AuditView {
  return { ...view, ...change, page: 1, cursor: null };
}

/** Names the list that a view shows, the same on each of its pages: the query of the first page. */
export function trailOf(view: AuditView): string {
  return auditQueryOf(narrowed(view, {}));
}

/** Whether the view leaves anything out. */
export function leavesOut(view: AuditView): boolean {
  return auditFilters(view).length > 0;
}

/** The body for `audit-event/list`. */
export function auditBody(view: AuditView): object {
  return { pagination: { limit: PAGE_SIZE, cursor: view.cursor }, filters: auditFilters(view) };
}

function auditFilters({ action, part, token, from, to }: AuditView): readonly object[] {
  return [
    ...(action === null ? [] : [{ key: "action", eq: action }]),
    ...(part === "command-line" ? [{ key: "actor", exists: false }] : []),
    ...(token === null ? [] : [tokenFilter(part, token)]),
    ...(from === null ? [] : [{ key: "at", gt: moment(Date.parse(from) - 1000) }]),
    ...(to === null ? [] : [{ key: "at", lt: moment(Date.parse(to) + DAY_MS) }]),
  ];
}

function tokenFilter(part: Part, token: string): object {
  const [isTarget, isActor] = [
    { key: "target", eq: token },
    { key: "actor", eq: token },
  ];
  if (part === "actor") return isActor;
  return part === "any" ? { or: [isTarget, isActor] } : isTarget;
}
