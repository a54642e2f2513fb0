import { type Command, Option } from "commander";
import { usageResource } from "../http/api/resources.ts";
import { type DataDirFlags, dataDirOption } from "../settings/data-directory-setting.ts";
import { UsageError } from "../settings/usage-error.ts";
import { print, printEach, printJson } from "../terminal/print.ts";
import { type Column, orElse, tableParts, terminalWidth } from "../terminal/table.ts";
import { formatTime, SECONDS_A_DAY, secondsOf, type UnixSeconds } from "../tokens/time.ts";
import type { UsageReport } from "../tokens/usage/usage.ts";
import { BUCKETS, type Bucket, bucketSeconds, type PeriodRequest } from "../tokens/usage/usage-period.ts";
import type { UseBucket } from "../tokens/usage/usage-store.ts";
import { outcomeOf } from "./command-outcome.ts";
import { durationSetting, timeSetting } from "./expiry-flags.ts";
import { JSON_FLAG, type JsonFlag, requireTokenId } from "./options.ts";
import { withStore } from "./store/open-store.ts";

/** The seconds before now that are shown without a flag. */
const LAST_DEFAULT: Readonly<Record<Bucket, number>> = { hour: SECONDS_A_DAY, day: 30 * SECONDS_A_DAY };

export interface PeriodFlags {
  readonly bucket: Bucket;
  readonly last?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Adds `usage`. */
export function addUsage(program: Command): void {
  program
    .command("usage")
    .description("show how often tokens were used; the latest minute may be missing while a server runs")
    .argument("[ID]", "the token's id; all tokens together if left out")
    .addOption(
      new Option("--bucket <bucket>", "count by hour or by day").choices(BUCKETS).default("day", "day"),
    )
    .addOption(
      new Option("--last <duration>", "how far back, such as 7d (default: 30d by day, 1d by hour)").conflicts(
        "from",
      ),
    )
    .option("--from <time>", "from when, such as 2030-12-31T23:00:00Z")
    .option("--to <time>", "until when (default: now)")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(printUsage);
}

/** Prints the uses of one token, or of all together, the earliest first. */
async function printUsage(
  id: string | undefined,
  { dataDir, json = false, ...flags }: PeriodFlags & DataDirFlags & JsonFlag,
): Promise<void> {
  if (id !== undefined) requireTokenId(id);
  const request = periodRequest(flags, secondsOf(Date.now()));
  await withStore(
    dataDir,
    async ({ usage }) => {
      const report = outcomeOf(await usage.report({ ...request, ids: id === undefined ? null : [id] }), id);
      if (json) return await printJson(usageResource(report, false));
      await printEach(orElse(usageTable(report, terminalWidth()), noUses(report)));
      if (report.buckets.length > 0) await print(total(report));
    },
    "reading",
  );
}

/** Returns the period that the flags select. Throws UsageError for a bad value. */
export function periodRequest({ bucket, last, from, to }: PeriodFlags, now: UnixSeconds): PeriodRequest {
  const end = to === undefined ? null : timeSetting("--to", to);
  const start = from === undefined ? null : timeSetting("--from", from);
  if (start !== null && start >= (end ?? now))
    throw new UsageError("--from must be before --to, and in the past.");
  const seconds = last === undefined ? LAST_DEFAULT[bucket] : durationSetting("--last", last);
  return { bucket, from: start ?? firstOf(bucket, end ?? now, seconds), to: end };
}

/** Returns the start of so many seconds that end with the bucket of `end`. */
function firstOf(bucket: Bucket, end: UnixSeconds, seconds: number): UnixSeconds {
  return Math.max(end - Math.max(seconds - bucketSeconds(bucket), 0), 0);
}

function usageTable({ period, buckets }: UsageReport, room: number | null): AsyncGenerator<string> {
  const columns: readonly Column<UseBucket>[] = [
    { heading: period.bucket.toUpperCase(), cell: ({ start }) => bucketName(period.bucket, start) },
    { heading: "ACCEPTED", cell: ({ accepted }) => String(accepted) },
    { heading: "REFUSED", cell: ({ refused }) => String(refused) },
  ];
  async function* pages(): AsyncGenerator<readonly UseBucket[]> {
    yield buckets;
  }
  return tableParts(columns, pages(), room);
}

function bucketName(bucket: Bucket, start: UnixSeconds): string {
  const time = formatTime(start);
  return bucket === "day" ? time.slice(0, "2026-01-01".length) : time;
}

function noUses({ period }: UsageReport): string {
  return `No uses from ${formatTime(period.from)} to ${formatTime(period.to)}.\n`;
}

function total({ period, buckets }: UsageReport): string {
  const accepted = buckets.reduce((sum, each) => sum + each.accepted, 0);
  const refused = buckets.reduce((sum, each) => sum + each.refused, 0);
  return `From ${formatTime(period.from)} to ${formatTime(period.to)}: ${accepted} accepted, ${refused} refused. A ${period.bucket} without uses has no line.\n`;
}
