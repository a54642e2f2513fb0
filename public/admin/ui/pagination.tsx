import { useLayoutEffect } from "preact/hooks";
import { countName } from "../app/format.ts";
import { NextIcon, PreviousIcon } from "./icons.tsx";
import { ViewLink } from "./view-link.tsx";

/** The cursors of the pages that were seen of each list: the API gives them for the next page, never for the previous. */
const seen = new Map<string, Map<number, string>>();

interface PaginationProps {
  /** Which list it is, whatever the page. */
  readonly list: string;
  readonly page: number;
  /** The cursor of that page; null for the first. */
  readonly cursor: string | null;
  readonly pageSize: number;
  /** How many are on this page. */
  readonly shown: number;
  /** How many the whole list has; null where that is not known. */
  readonly total: number | null;
  /** The cursor of the next page; null on the last. */
  readonly next: string | null;
  readonly addressOf: (page: number, cursor: string | null) => string;
}

/** Leads to the pages of a list before and after the one that is shown. */
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
