import { type Command, Option } from "commander";
import { tokenPage } from "../../http/api/resources.ts";
import { type DataDirFlags, dataDirOption } from "../../settings/data-directory-setting.ts";
import { printEach } from "../../terminal/print.ts";
import { orElse, terminalWidth } from "../../terminal/table.ts";
import { secondsOf } from "../../tokens/time.ts";
import { STATUSES } from "../../tokens/token.ts";
import { jsonList } from "../json-list.ts";
import { newestPages, rowsOf } from "../newest-pages.ts";
import { collect, JSON_FLAG, type JsonFlag } from "../options.ts";
import { withTokens } from "../store/open-store.ts";
import { type FilterFlags, listConditions } from "./list-filters.ts";
import { tokenTable } from "./token-table.ts";

interface ListFlags extends FilterFlags, DataDirFlags, JsonFlag {}

/** Adds `token list`. */
export function addListTokens(token: Command): void {
  token
    .command("list")
    .description("list the tokens that are not revoked")
    .option("--all", "include revoked tokens")
    .addOption(
      new Option("--status <status>", "only tokens with this status; repeat for more")
        .choices(STATUSES)
        .argParser(collect),
    )
    .option("--audience <name>", "only tokens for this service; repeat for more", collect)
    .option("--unused-for <duration>", "only tokens without a use for so long, such as 90d")
    .option("--expiring-within <duration>", "only tokens that expire within this time, such as 30d")
    .option("--reused", "only revoked or replaced tokens that somebody tried to use afterwards")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(listTokens);
}

/** Prints the tokens that the flags select, newest first: without flags all that are not revoked. */
async function listTokens(flags: ListFlags): Promise<void> {
  const conditions = listConditions(flags, secondsOf(Date.now()));
  await withTokens(
    flags.dataDir,
    async (tokens) => {
      const now = tokens.now();
      const every = { conditions, count: Number.POSITIVE_INFINITY };
      const pages = newestPages((listing) => tokens.list(listing), every);
      await printEach(
        flags.json === true
          ? jsonList(pages, (page) => tokenPage(page, now))
          : orElse(tokenTable(rowsOf(pages), now, terminalWidth()), noTokens(flags)),
      );
    },
    "reading",
  );
}

function noTokens({ all, reused, status, audience, unusedFor, expiringWithin }: ListFlags): string {
  const isFiltered = [status, audience, unusedFor, expiringWithin].some((value) => value !== undefined);
  if (isFiltered) return "There are no such tokens.\n";
  if (reused === true) return "No secret of a revoked or replaced token was shown.\n";
  return all === true ? "There are no tokens.\n" : "There are no tokens. --all shows revoked ones too.\n";
}
