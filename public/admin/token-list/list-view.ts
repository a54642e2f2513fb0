import { isAudience } from "../../../src/tokens/audience.ts";
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

/** Stands for tokens without any use, among the days before which others were last used. */
export const NEVER = "never";

/** Stands for Publisher itself among services, of which none can be called so. */
export const PUBLISHER = "-";

/** Which tokens are listed in which order, and how far one has paged. */
export interface ListView {
  readonly status: StatusTab;
  readonly access: Access | null;
  /** Whether only those are listed that check tokens. */
  readonly verifies: boolean;
  /** The service that they are for, or PUBLISHER; null for any. */
  readonly audience: string | null;
  /** Those that were never used, or were last used before a day of UTC, as `2026-12-31`; null for any. */
  readonly unused: string | null;
  /** Whether only those are listed that have a secret that was shown after their end. */
  readonly reused: boolean;
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
  verifies: false,
  audience: null,
  unused: null,
  reused: false,
  search: "",
  sort: null,
  from: null,
  to: null,
  page: 1,
  cursor: null,
};

/** The view of a query, such as `status=expired&sort=-expires_at`. Missing parts are those of `FIRST_VIEW`. */
export function viewFrom(query: string): ListView {
  const asked = new URLSearchParams(query);
  const page = Number(asked.get("page") ?? 1);
  const cursor = asked.get("after");
  return {
    status: STATUS_TABS.find((tab) => tab === asked.get("status")) ?? FIRST_VIEW.status,
    access: ACCESSES.find((access) => access === asked.get("access")) ?? null,
    verifies: asked.get("checks") === "yes",
    audience: audienceFrom(asked.get("for")),
    unused: asked.get("unused") === NEVER ? NEVER : dayFrom(asked.get("unused")),
    reused: asked.get("reused") === "yes",
    search: (asked.get("q") ?? "").slice(0, SEARCH_LIMIT),
    sort: sortFrom(asked.get("sort")),
    from: dayFrom(asked.get("from")),
    to: dayFrom(asked.get("to")),
    page: cursor !== null && Number.isSafeInteger(page) && page > 1 ? page : cursor === null ? 1 : 2,
    cursor,
  };
}

/** The query that stands for a view; empty for the first. */
export function queryOf(view: ListView): string {
  const { status, access, verifies, audience, unused, reused, search, sort, from, to, page, cursor } = view;
  const said = new URLSearchParams();
  if (status !== FIRST_VIEW.status) said.set("status", status);
  if (access !== null) said.set("access", access);
  if (verifies) said.set("checks", "yes");
  if (audience !== null) said.set("for", audience);
  if (unused !== null) said.set("unused", unused);
  if (reused) said.set("reused", "yes");
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

/** Names the list that a view shows, the same on each of its pages: the query of the first page. */
export function listOf(view: ListView): string {
  return queryOf(changed(view, {}));
}

/** The next order after a click on the heading of a column: ascending, then descending, then the newest first. */
export function nextSort(sort: Sort | null, key: SortKey): Sort | null {
  if (sort?.key !== key) return { key, direction: "asc" };
  return sort.direction === "asc" ? { key, direction: "desc" } : null;
}

/** The same search among others; days of expiry make sense for active tokens alone, and an order with its column. */
export function withStatus(view: ListView, status: StatusTab): ListView {
  const staysSignedIn = view.from === null && view.to === null && hasColumn(status, view.sort?.key);
  return changed(view, { status, from: null, to: null, sort: staysSignedIn ? view.sort : null });
}

function hasColumn(status: StatusTab, key: SortKey | undefined): boolean {
  if (key === "revoked_at") return status === "revoked";
  return key !== "expires_at" || status !== "revoked";
}

/** The view, of all tokens with a secret that was shown after their end: none of these is active. */
export function withReused(view: ListView): ListView {
  return { ...withStatus(view, "all"), unused: null, reused: true };
}

/** Whether the view leaves out tokens of its status. */
export function isNarrowed({ verifies, reused, search, ...view }: ListView): boolean {
  const { access, audience, unused, from, to } = view;
  const isLeavingOut = [access, audience, unused, from, to].some((part) => part !== null);
  return isLeavingOut || verifies || reused || search !== "";
}

/** The same status in the same order, with nothing left out. */
export function widened(view: ListView): ListView {
  return changed(FIRST_VIEW, { status: view.status });
}

/** The body for `api-token/list`. */
export function listBody(view: ListView): object {
  return {
    pagination: { limit: PAGE_SIZE, cursor: view.cursor },
    filters: filtersOf(view),
    ...(view.sort === null ? {} : { sorts: [view.sort] }),
  };
}

const DAY_MS = 86_400_000;

/** The characters of an id. A search for others need not look at ids. */
const IN_AN_ID = /^\w+$/;

function filtersOf(view: ListView): readonly object[] {
  const { status, access, verifies, audience, unused, reused, search, from, to } = view;
  return [
    status === "all" ? { key: "status", in: STATUSES } : { key: "status", eq: status },
    ...(access === null ? [] : [{ key: "access", eq: access }]),
    ...(verifies ? [{ key: "verifies", exists: true }] : []),
    ...(audience === null ? [] : [audienceFilter(audience)]),
    ...(unused === null ? [] : [unusedFilter(unused)]),
    ...(reused ? [{ key: "reused_at", exists: true }] : []),
    ...(search === "" ? [] : [searchFilter(search)]),
    ...(from === null ? [] : [{ key: "expires_at", gt: moment(Date.parse(from) - 1000) }]),
    ...(to === null ? [] : [{ key: "expires_at", lt: moment(Date.parse(to) + DAY_MS) }]),
  ];
}

function audienceFilter(audience: string): object {
  return audience === PUBLISHER ? { key: "audiences", exists: false } : { key: "audiences", eq: audience };
}

function unusedFilter(unused: string): object {
  if (unused === NEVER) return { key: "last_used_at", exists: false };
  return { key: "last_used_at", lt: moment(Date.parse(unused)) };
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

export function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function sortFrom(text: string | null): Sort | null {
  if (text === null) return null;
  const direction = text.startsWith("-") ? "desc" : "asc";
  const key = SORT_KEYS.find((known) => known === text.replace(/^-/, ""));
  return key === undefined ? null : { key, direction };
}

function audienceFrom(text: string | null): string | null {
  return text !== null && (text === PUBLISHER || isAudience(text)) ? text : null;
}

export function dayFrom(text: string | null): string | null {
  if (text === null || !/^[12]\d{3}-\d\d-\d\d$/.test(text)) return null;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text) ? text : null;
}
