import type { AuditEvent } from "../tokens/audit-event.ts";
import type { Page } from "../tokens/paging.ts";
import { formatTime } from "../tokens/time.ts";
import { table } from "./table.ts";

/** Changes as a table for people, a line each; to one token, which then has no column, or to all. */
export function auditTable({ rows, cursor }: Page<AuditEvent>, target: string | null): string {
  if (rows.length === 0) return `There are no changes${target === null ? "" : ` to ${target}`}.\n`;
  const headings = ["TIME", "CHANGE", ...(target === null ? ["TOKEN"] : []), "BY", "FROM", "NEW VALUES"];
  const lines = rows.map((event) => [
    formatTime(event.at),
    event.action.replace("api-token.", ""),
    ...(target === null ? [event.target] : []),
    event.actor.tokenId ?? "command line",
    event.actor.ip ?? "",
    newValues(event),
  ]);
  const more = cursor === null ? "" : "There are older changes; --limit shows more.\n";
  return table(headings, lines) + more;
}

/** What is otherwise since; of a new token only what was said of it. */
function newValues({ action, changes }: AuditEvent): string {
  const told = Object.entries(changes).filter(([, value]) => value !== null || action !== "api-token.create");
  return told.map(([key, value]) => `${key}=${written(key, value)}`).join(" ");
}

function written(key: string, value: AuditEvent["changes"][string]): string {
  if (value === null) return "none";
  if (typeof value === "object") return value.join(",");
  if (typeof value === "number") return formatTime(value);
  if (typeof value === "boolean") return String(value);
  return key === "description" ? JSON.stringify(value) : value;
}
