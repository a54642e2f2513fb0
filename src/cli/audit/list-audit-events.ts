import { type Command, InvalidArgumentError } from "commander";
import { auditEventPage } from "../../http/api/resources.ts";
import { type DataDirFlags, dataDirOption } from "../../settings/data-directory-setting.ts";
import { printEach } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/table.ts";
import { jsonList } from "../json-list.ts";
import { newestPages } from "../newest-pages.ts";
import { JSON_FLAG, type JsonFlag, requireTokenId } from "../options.ts";
import { withStore } from "../store/open-store.ts";
import { auditTable } from "./audit-table.ts";

const CHANGES_DEFAULT = 100;
const CHANGES_MAX = 1_000_000;

interface AuditFlags extends DataDirFlags, JsonFlag {
  /** The id of a token: lists its changes only. */
  readonly token?: string;
  readonly limit: number;
}

/** Adds `audit list`. */
export function addListChanges(audit: Command): void {
  audit
    .command("list")
    .description("list the newest changes to tokens, newest first")
    .option("--token <id>", "only changes to this token")
    .option("--limit <n>", "show at most so many changes", limit, CHANGES_DEFAULT)
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(listChanges);
}

/** Prints the newest changes to tokens, or to one token, newest first. */
async function listChanges(flags: AuditFlags): Promise<void> {
  const { dataDir, token: target = null, limit: count, json = false } = flags;
  if (target !== null) requireTokenId(target, "--token");
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

function limit(text: string): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= CHANGES_MAX) return count;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${CHANGES_MAX}.`);
}
