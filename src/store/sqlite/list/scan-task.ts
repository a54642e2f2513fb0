import type { AuditEvent } from "../../../tokens/audit/audit-event.ts";
import type { ListQuery } from "../../../tokens/listing/listing.ts";
import { compilePattern, type Pattern } from "../../../tokens/listing/pattern.ts";
import type { SummaryQuery, TokenCount } from "../../../tokens/summary.ts";
import type { Token } from "../../../tokens/token.ts";
import type { UseCount } from "../../../tokens/usage/usage-store.ts";
import type { UsageQuery } from "../usage-sql.ts";

interface Scan<Query, Answer> {
  readonly query: Query;
  readonly answer: Answer;
}

/** The kinds of scans. Every query and every answer can be written as JSON, apart from compiled patterns. */
interface Scans {
  readonly tokens: Scan<ListQuery, readonly Token[]>;
  readonly auditEvents: Scan<ListQuery, readonly AuditEvent[]>;
  readonly summary: Scan<SummaryQuery, readonly TokenCount[]>;
  /** The answer is null if uses were written between the query and the snapshot. */
  readonly usage: Scan<UsageScanQuery, readonly UseCount[] | null>;
}

export interface UsageScanQuery extends UsageQuery {
  /** The number of writes of uses before the query. */
  readonly writes: number;
}

export type ScanKind = keyof Scans;
export type ScanQuery<Kind extends ScanKind> = Scans[Kind]["query"];
export type ScanAnswer<Kind extends ScanKind> = Scans[Kind]["answer"];

/** One long read of the store. */
export interface ScanTask<Kind extends ScanKind = ScanKind> {
  readonly kind: Kind;
  readonly query: ScanQuery<Kind>;
}

/** Writes a task as text for another thread. JSON leaves out the compiled form of patterns. */
export function taskText(task: ScanTask): string {
  return JSON.stringify(task);
}

/** Reads a task, and compiles its patterns again: a compiled one cannot be sent to another thread. */
export function taskFrom(text: string): ScanTask {
  return JSON.parse(text, (key, value) => (key === "pattern" && isPattern(value) ? compiled(value) : value));
}

function isPattern(value: unknown): value is Pattern {
  return typeof value === "object" && value !== null && "source" in value;
}

function compiled({ source, caseInsensitive }: Pattern): Pattern {
  const pattern = compilePattern(source, caseInsensitive);
  if (typeof pattern === "string") throw new Error(`the pattern ${pattern}`);
  return pattern;
}
