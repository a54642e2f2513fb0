import { ACCESSES, type Access, STATUSES, type Status } from "../api/types.ts";

export type SortKey = "description" | "access" | "created_at" | "expires_at" | "last_used_at" | "revoked_at";
export type StatusTab = Status | "all";

export const STATUS_TABS: readonly StatusTab[] = [...STATUSES, "all"];
const SORT_KEYS: readonly SortKey[] = [
  "description",
  "access",
  "created_at",
  "expires_at",
  "last_used_at",
  "revoked_at",
];

/** How many tokens are on one page of the list. */
export const PAGE_SIZE = 50;

/** The longest search, so that its pattern stays below the API's limit with every character escaped. */
export const SEARCH_LIMIT = 100;

export interface Sort {
  readonly key: SortKey;
  readonly direction: "asc" | "desc";
}

/** Which tokens are listed in which order, and how far one has paged. */
export interface ListView {
  readonly status: StatusTab;
  readonly access: Access | null;
  readonly search: string;
  /** Null for the newest first. */
  readonly sort: Sort | null;
  /** The first and the last day of UTC on which listed tokens expire, as `2026-12-31`. */
  readonly from: string | null;
  readonly to: string | null;
  readonly page: number;
  /** The cursor of that page; null for the first. */
  readonly cursor: string | null;
}

export const FIRST_VIEW: ListView = {
  status: "active",
  access: null,
  search: "",
  sort: null,
  from: null,
  to: null,
  page: 1,
  cursor: null,
};

/** The view that a query, as in `status=expired&sort=-expires_at`, stands for; what it does not say is as at first. */
export function viewFrom(query: string): ListView {
  const asked = new URLSearchParams(query);
  const page = Number(asked.get("page") ?? 1);
  const cursor = asked.get("after");
  return {
    status: STATUS_TABS.find((tab) => tab === asked.get("status")) ?? FIRST_VIEW.status,
    access: ACCESSES.find((access) => access === asked.get("access")) ?? null,
    search: (asked.get("q") ?? "").slice(0, SEARCH_LIMIT),
    sort: sortFrom(asked.get("sort")),
    from: dayFrom(asked.get("from")),
    to: dayFrom(asked.get("to")),
    page: cursor !== null && Number.isSafeInteger(page) && page > 1 ? page : cursor === null ? 1 : 2,
    cursor,
  };
}

/** The query that stands for a view; empty for the first. */
export function queryOf({ status, access, search, sort, from, to, page, cursor }: ListView): string {
  const said = new URLSearchParams();
  if (status !== FIRST_VIEW.status) said.set("status", status);
  if (access !== null) said.set("access", access);
  if (search !== "") said.set("q", search);
  if (sort !== null) said.set("sort", (sort.direction === "desc" ? "-" : "") + sort.key);
  if (from !== null) said.set("from", from);
  if (to !== null) said.set("to", to);
  if (cursor !== null) {
    said.set("page", String(page));
    said.set("after", cursor);
  }
  return said.toString();
}

/** The same list in another way, from its first page on. */
export function changed(view: ListView, change: Partial<ListView>): ListView {
  return { ...view, ...change, page: 1, cursor: null };
}

/** The same search among others; days of expiry make sense for active tokens alone, and an order with its column. */
export function withStatus(view: ListView, status: StatusTab): ListView {
  const isKept = view.from === null && view.to === null && hasColumn(status, view.sort?.key);
  return changed(view, { status, from: null, to: null, sort: isKept ? view.sort : null });
}

function hasColumn(status: StatusTab, key: SortKey | undefined): boolean {
  if (key === "revoked_at") return status === "revoked";
  return key !== "expires_at" || status !== "revoked";
}

/** Whether the view leaves out tokens of its status. */
export function isNarrowed({ access, search, from, to }: ListView): boolean {
  return access !== null || search !== "" || from !== null || to !== null;
}

/** What the API is asked for. */
export function listBody(view: ListView): object {
  return {
    pagination: { limit: PAGE_SIZE, cursor: view.cursor },
    filters: filtersOf(view),
    ...(view.sort === null ? {} : { sorts: [view.sort] }),
  };
}

const DAY_MS = 86_400_000;

/** What an id can have in it; anything else need not be looked for there. */
const IN_AN_ID = /^\w+$/;

function filtersOf({ status, access, search, from, to }: ListView): readonly object[] {
  return [
    status === "all" ? { key: "status", in: STATUSES } : { key: "status", eq: status },
    ...(access === null ? [] : [{ key: "access", eq: access }]),
    ...(search === "" ? [] : [searchFilter(search)]),
    ...(from === null ? [] : [{ key: "expires_at", gt: moment(Date.parse(from) - 1000) }]),
    ...(to === null ? [] : [{ key: "expires_at", lt: moment(Date.parse(to) + DAY_MS) }]),
  ];
}

function searchFilter(search: string): object {
  const regex = { pattern: literal(search), case_insensitive: true };
  const inDescription = { key: "description", regex };
  return IN_AN_ID.test(search) ? { or: [inDescription, { key: "id", regex }] } : inDescription;
}

/** A pattern that finds just this text. https://github.com/google/re2/wiki/Syntax */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}

function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function sortFrom(text: string | null): Sort | null {
  if (text === null) return null;
  const direction = text.startsWith("-") ? "desc" : "asc";
  const key = SORT_KEYS.find((known) => known === text.replace(/^-/, ""));
  return key === undefined ? null : { key, direction };
}

function dayFrom(text: string | null): string | null {
  if (text === null || !/^[12]\d{3}-\d\d-\d\d$/.test(text)) return null;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text) ? text : null;
}
