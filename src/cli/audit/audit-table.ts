import { type Column, orElse, tableParts } from "../../terminal/table.ts";
import type { AuditEvent } from "../../tokens/audit/audit-event.ts";
import type { Page } from "../../tokens/listing/paging.ts";
import { formatTime } from "../../tokens/time.ts";

/** Changes as a table for people, in parts: to all tokens, or to one, which then has no column. */
export async function* auditTable(
  pages: AsyncIterable<Page<AuditEvent>>,
  target: string | null,
  room: number | null,
): AsyncGenerator<string> {
  let hasMore = false;
  async function* rows(): AsyncGenerator<readonly AuditEvent[]> {
    for await (const page of pages) {
      hasMore = page.cursor !== null;
      yield page.rows;
    }
  }
  const none = `There are no changes${target === null ? "" : ` to ${target}`}.\n`;
  yield* orElse(tableParts(columnsFor(target), rows(), room), none);
  if (hasMore) yield "There are older changes; --limit shows more.\n";
}

function columnsFor(target: string | null): readonly Column<AuditEvent>[] {
  return [
    { heading: "TIME", cell: ({ at }) => formatTime(at) },
    { heading: "CHANGE", cell: ({ action }) => action.replace("api-token.", "") },
    ...(target === null ? [{ heading: "TOKEN", cell: (event: AuditEvent) => event.target }] : []),
    { heading: "BY", cell: ({ actor }) => actor.tokenId ?? "command line" },
    { heading: "FROM", cell: ({ actor }) => actor.ip ?? "" },
    { heading: "NEW VALUES", cell: newValues },
  ];
}

/** The changed fields; of a new token only those with a value. */
function newValues({ action, changes }: AuditEvent): string {
  const shown = Object.entries(changes).filter(
    ([, value]) => value !== null || action !== "api-token.create",
  );
  return shown.map(([key, value]) => `${key}=${written(key, value)}`).join(" ");
}

function written(key: string, value: AuditEvent["changes"][string]): string {
  if (value === null) return "none";
  if (typeof value === "object") return value.join(",");
  if (typeof value === "number") return formatTime(value);
  if (typeof value === "boolean") return String(value);
  return key === "description" ? JSON.stringify(value) : value;
}
