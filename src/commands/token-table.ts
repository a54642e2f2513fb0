import { formatTime, type UnixSeconds } from "../tokens/time.ts";
import { statusAt, type Token } from "../tokens/token.ts";
import { table } from "./table.ts";

/** How wide the names of a token's services may be together before the rest of them is only counted. */
const AUDIENCES_WIDTH = 24;

/**
 * The tokens as a table for people, a line each. What they are for has a column where one of them is for a service;
 * it is blank for Publisher's own API. So has the last time that a secret was shown after its token's end.
 */
export function tokenTable(tokens: readonly Token[], now: UnixSeconds): string {
  if (tokens.length === 0) return "There are no tokens. --all shows revoked ones too.\n";
  const areForServices = tokens.some(({ audiences }) => audiences !== null);
  const areReused = tokens.some(({ reusedAt }) => reusedAt !== null);
  const headings = [
    ...["ID", "ACCESS", "STATUS", "SECRET", "CREATED", "EXPIRES"],
    ...(areForServices ? ["AUDIENCES"] : []),
    ...(areReused ? ["REUSED"] : []),
    "DESCRIPTION",
  ];
  const rows = tokens.map((token) => [
    token.id,
    token.verifies ? "verifies" : token.access,
    statusAt(token, now),
    `…${token.hint}`,
    formatTime(token.createdAt),
    token.expiresAt === null ? "never" : formatTime(token.expiresAt),
    ...(areForServices ? [shortened(token.audiences ?? [])] : []),
    ...(areReused ? [reuse(token)] : []),
    token.description ?? "",
  ]);
  return table(headings, rows);
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
