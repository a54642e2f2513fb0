import { formatTime, type UnixSeconds } from "../tokens/time.ts";
import { statusAt, type Token } from "../tokens/token.ts";

const HEADINGS = ["ID", "ACCESS", "STATUS", "SECRET", "CREATED", "EXPIRES", "DESCRIPTION"];
const GAP = "  ";

/** Characters that turn the direction of what follows, and so could make a line look like another. */
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The tokens as a table for people, a line each. */
export function tokenTable(tokens: readonly Token[], now: UnixSeconds): string {
  if (tokens.length === 0) return "There are no tokens. --all shows revoked ones too.\n";
  const rows = [HEADINGS, ...tokens.map((token) => cells(token, now))];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  return rows.map((row) => `${line(row, widths)}\n`).join("");
}

function cells(token: Token, now: UnixSeconds): string[] {
  return [
    token.id,
    token.access,
    statusAt(token, now),
    `…${token.hint}`,
    formatTime(token.createdAt),
    token.expiresAt === null ? "never" : formatTime(token.expiresAt),
    (token.description ?? "").replaceAll(DIRECTION_MARKS, "�"),
  ];
}

function line(row: readonly string[], widths: readonly number[]): string {
  const padded = row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - Bun.stringWidth(cell)));
  return padded.join(GAP).trimEnd();
}
