import { type Column, tableParts } from "../../terminal/table.ts";
import { formatTime, type UnixSeconds } from "../../tokens/time.ts";
import { statusAt, type Token } from "../../tokens/token.ts";

/** The width for the names of a token's audiences; the table counts the rest. */
const AUDIENCES_WIDTH = 24;

/**
 * Tokens as a table for people, a line each, in parts. The columns for audiences and for reuses are there only if one of
 * the tokens needs them. No audience stands for Publisher's own API.
 */
export function tokenTable(
  pages: AsyncIterable<readonly Token[]>,
  now: UnixSeconds,
  room: number | null,
): AsyncGenerator<string> {
  return tableParts(columnsAt(now), pages, room);
}

function columnsAt(now: UnixSeconds): readonly Column<Token>[] {
  return [
    { heading: "ID", cell: ({ id }) => id },
    { heading: "ACCESS", cell: ({ access, verifies }) => (verifies ? "verifies" : access) },
    { heading: "STATUS", cell: (token) => statusAt(token, now) },
    { heading: "SECRET", cell: ({ hint }) => `…${hint}` },
    { heading: "CREATED", cell: ({ createdAt }) => formatTime(createdAt) },
    { heading: "EXPIRES", cell: ({ expiresAt }) => timeOrNever(expiresAt) },
    { heading: "LAST USED", cell: ({ lastUsedAt }) => timeOrNever(lastUsedAt) },
    { heading: "AUDIENCES", cell: ({ audiences }) => shortened(audiences ?? []), isOptional: true },
    { heading: "REUSED", cell: reuse, isOptional: true },
    { heading: "DESCRIPTION", cell: ({ description }) => description ?? "" },
  ];
}

function timeOrNever(time: UnixSeconds | null): string {
  return time === null ? "never" : formatTime(time);
}

function reuse({ reusedAt, reusedFrom }: Token): string {
  if (reusedAt === null) return "";
  return formatTime(reusedAt) + (reusedFrom === null ? "" : ` from ${reusedFrom}`);
}

/** The first name, more names while there is room, and the count of the rest. */
function shortened(names: readonly string[]): string {
  const fitting = names.filter(
    (_, index) => index === 0 || names.slice(0, index + 1).join(",").length <= AUDIENCES_WIDTH,
  );
  const rest = names.length - fitting.length;
  return fitting.join(",") + (rest === 0 ? "" : ` +${rest}`);
}
