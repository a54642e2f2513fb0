import { UsageError } from "../config.ts";
import { auditEventPage } from "../http/resources.ts";
import type { AuditEvent } from "../tokens/audit-event.ts";
import type { AuditTrail } from "../tokens/audit-trail.ts";
import { isTokenId } from "../tokens/identifier.ts";
import { type Listing, PAGE_LIMIT_MAX } from "../tokens/listing.ts";
import type { Page } from "../tokens/paging.ts";
import { auditTable } from "./audit-table.ts";
import { granted } from "./granted.ts";
import { withStore } from "./open-tokens.ts";
import { print, printJson } from "./print.ts";

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
  await withStore(dataDir, async ({ auditTrail }) => {
    const page = await newest(auditTrail, target, count);
    if (json) return await printJson(auditEventPage(page));
    await print(auditTable(page, target));
  });
}

function limitSetting(limit: string | undefined): number {
  if (limit === undefined) return CHANGES_DEFAULT;
  const count = /^\d{1,7}$/.test(limit) ? Number(limit) : Number.NaN;
  if (count >= 1 && count <= CHANGES_MAX) return count;
  throw new UsageError(
    `--limit must be a whole number from 1 to ${CHANGES_MAX}, and is ${JSON.stringify(limit)}.`,
  );
}

/** As one page of the API, whatever its size: its cursor asks the API for the rest. */
async function newest(trail: AuditTrail, target: string | null, count: number): Promise<Page<AuditEvent>> {
  const conditions: Listing["conditions"] =
    target === null ? [] : [{ op: "eq", key: "target", value: target }];
  const rows: AuditEvent[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(count - rows.length, PAGE_LIMIT_MAX);
    const page: Page<AuditEvent> = granted(
      await trail.list({ conditions, sorts: [], limit, skip: 0, cursor }),
    );
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor !== null && rows.length < count);
  return { rows, cursor };
}
