import { auditEventPage } from "../http/api/resources.ts";
import { withStore } from "../server/open-tokens.ts";
import { UsageError } from "../settings/config.ts";
import { printEach } from "../terminal/print.ts";
import { terminalWidth } from "../terminal/table.ts";
import { isTokenId } from "../tokens/identifier.ts";
import { auditTable } from "./audit-table.ts";
import { jsonList } from "./json-list.ts";
import { newestPages } from "./newest-pages.ts";

/** How many changes are shown where nothing is said, and the most that are. */
const CHANGES_DEFAULT = 100;
const CHANGES_MAX = 1_000_000;

export interface AuditFlags {
  /** The id of the token whose changes are asked for. */
  readonly token?: string;
  readonly limit?: string;
  readonly json?: boolean;
}

/** Prints the newest changes to tokens, or to one token, newest first. */
export async function listChanges(dataDir: string, flags: AuditFlags): Promise<void> {
  const { token: target = null, json = false } = flags;
  if (target !== null && !isTokenId(target))
    throw new UsageError('--token must be a token id, "atok_" and letters and digits, as in "token list".');
  const count = limitSetting(flags.limit);
  await withStore(
    dataDir,
    async ({ auditTrail }) => {
      const conditions = target === null ? [] : [{ op: "eq", key: "target", value: target } as const];
      const pages = newestPages((listing) => auditTrail.list(listing), { conditions, count });
      await printEach(json ? jsonList(pages, auditEventPage) : auditTable(pages, target, terminalWidth()));
    },
    "reading",
  );
}

function limitSetting(limit: string | undefined): number {
  if (limit === undefined) return CHANGES_DEFAULT;
  const count = /^\d{1,7}$/.test(limit) ? Number(limit) : Number.NaN;
  if (count >= 1 && count <= CHANGES_MAX) return count;
  throw new UsageError(
    `--limit must be a whole number from 1 to ${CHANGES_MAX}, and is ${JSON.stringify(limit)}.`,
  );
}
