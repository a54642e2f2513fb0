import { useLayoutEffect } from "preact/hooks";
import { countName } from "../app/format.ts";
import { NextIcon, PreviousIcon } from "./icons.tsx";
import { ViewLink } from "./view-link.tsx";

/** The cursors of the visited pages of each list: the API has a cursor for the next page only. */
const seen = new Map<string, Map<number, string>>();

interface PaginationProps {
  /** The name of the list, the same for all its pages. */
  readonly list: string;
  readonly page: number;
  /** The cursor of that page; null for the first. */
  readonly cursor: string | null;
  readonly pageSize: number;
  /** The number of entries on this page. */
  readonly shown: number;
  /** The number of entries in the whole list; null if it is not known. */
  readonly total: number | null;
  /** The cursor of the next page; null on the last. */
  readonly next: string | null;
  readonly addressOf: (page: number, cursor: string | null) => string;
}

/** Links to the previous and the next page of a list. */
export function Pagination({ list, page, cursor, pageSize, shown, total, next, addressOf }: PaginationProps) {
  useLayoutEffect(() => {
    if (cursor !== null) cursorsOf(list).set(page, cursor);
  }, [list, page, cursor]);
  if (cursor === null && next === null) return null;
  const before = (page - 1) * pageSize;
  const previous = page === 2 ? null : cursorsOf(list).get(page - 1);
  return (
    <nav class="paging" aria-label="Pages">
      <p class="muted">
        {countName(before + 1)}–{countName(before + shown)}
        {total !== null && ` of ${countName(total)}`}
      </p>
      <div class="paging-steps">
        {cursor !== null && previous === undefined && (
          <Step name="First page" address={() => addressOf(1, null)} />
        )}
        {cursor !== null && previous !== undefined && (
          <Step name="Previous" address={() => addressOf(page - 1, previous)} />
        )}
        {next !== null && <Step name="Next" address={() => addressOf(page + 1, next)} />}
      </div>
    </nav>
  );
}

function Step({ name, address }: { name: string; address: () => string }) {
  return (
    <ViewLink class="button small" address={address}>
      {name !== "Next" && <PreviousIcon />}
      {name}
      {name === "Next" && <NextIcon />}
    </ViewLink>
  );
}

function cursorsOf(list: string): Map<number, string> {
  const cursors = seen.get(list) ?? new Map<number, string>();
  seen.set(list, cursors);
  return cursors;
}
