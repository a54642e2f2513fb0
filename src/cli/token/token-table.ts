import { type Column, tableParts } from "../../terminal/table.ts";
import { formatTime, type UnixSeconds } from "../../tokens/time.ts";
import { statusAt, type Token } from "../../tokens/token.ts";

/** How wide the names of a token's services may be together before the rest of them is only counted. */
const AUDIENCES_WIDTH = 24;

/**
 * Tokens as a table for people, a line each, in parts. The services have a column where one of the tokens is for a
 * service; it is blank for Publisher's own API. So has the last time that a secret was shown after its token's end.
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

/** As many of the names as there is room for, the first in any case, and how many more there are. */
function shortened(names: readonly string[]): string {
  const fitting = names.filter(
    (_, index) => index === 0 || names.slice(0, index + 1).join(",").length <= AUDIENCES_WIDTH,
  );
  const rest = names.length - fitting.length;
  return fitting.join(",") + (rest === 0 ? "" : ` +${rest}`);
}
