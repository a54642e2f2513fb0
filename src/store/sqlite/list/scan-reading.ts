import type { Database } from "bun:sqlite";
import { AUDIT_EVENT_TABLE } from "../audit-event-row.ts";
import { openReader } from "../file/reader.ts";
import { isBusy } from "../sqlite-errors.ts";
import { countTokens } from "../summary-sql.ts";
import { TOKEN_TABLE } from "../token-row.ts";
import { countUses } from "../usage-sql.ts";
import { readRows } from "./list-rows.ts";
import { inOnePiece, type RowReader } from "./scan.ts";
import type { ScanAnswer, ScanKind, ScanQuery, ScanTask } from "./scan-task.ts";

/** How long a scan waits for another process that opens, recovers or closes the store. */
const PATIENCE_MS = 5000;
const RETRY_MS = 10;

/** The store at one moment, for one scan. */
interface Snapshot {
  readonly database: Database;
  readonly reader: RowReader;
  /** The number of writes of uses so far; the snapshot may lack the last of them. */
  readonly writes: number;
}

export interface ScanParts {
  /** The database file. */
  readonly path: string;
  /** Throws if the scan has to end. */
  readonly check: () => void;
  /** The present number of writes of uses. */
  readonly countWrites: () => number;
}

type Read<Kind extends ScanKind> = (
  snapshot: Snapshot,
  query: ScanQuery<Kind>,
) => ScanAnswer<Kind> | Promise<ScanAnswer<Kind>>;

const READS: { readonly [Kind in ScanKind]: Read<Kind> } = {
  tokens: ({ reader }, query) => readRows(reader, TOKEN_TABLE, query),
  auditEvents: ({ reader }, query) => readRows(reader, AUDIT_EVENT_TABLE, query),
  summary: ({ reader }, query) => countTokens(reader, query),
  usage: ({ database, writes }, query) => (writes === query.writes ? countUses(database, query) : null),
};

/** Runs a scan in this thread, on a connection of its own. It closes the connection: an open one keeps the -wal file. */
export async function readScan<Kind extends ScanKind>(
  { kind, query }: ScanTask<Kind>,
  { path, check, countWrites }: ScanParts,
): Promise<ScanAnswer<Kind>> {
  check();
  using database = openReader(path);
  beginSnapshot(database, check);
  const reader = inOnePiece(database, check);
  return await READS[kind]({ database, reader, writes: countWrites() }, query);
}

/** Waits for a process that has the store for itself. If that takes too long, the next read fails as busy. */
function beginSnapshot(database: Database, check: () => void): void {
  const deadline = performance.now() + PATIENCE_MS;
  database.run("BEGIN");
  while (!hasBegun(database)) {
    if (performance.now() > deadline) return;
    Bun.sleepSync(RETRY_MS);
    check();
  }
}

/** Begins the snapshot: SQLite takes it with the first read. Returns false where another process holds a lock. */
function hasBegun(database: Database): boolean {
  try {
    using first = database.prepare("SELECT count(*) FROM sqlite_schema");
    first.get();
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}
