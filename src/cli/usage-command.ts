import { usageResource } from "../http/api/resources.ts";
import { withStore } from "../server/open-tokens.ts";
import { UsageError } from "../settings/config.ts";
import { print, printEach, printJson } from "../terminal/print.ts";
import { type Column, orElse, tableParts, terminalWidth } from "../terminal/table.ts";
import { formatTime, SECONDS_A_DAY, secondsOf, type UnixSeconds } from "../tokens/time.ts";
import type { UsageReport } from "../tokens/usage/usage.ts";
import { BUCKETS, type Bucket, bucketSeconds, type PeriodRequest } from "../tokens/usage/usage-period.ts";
import type { UseBucket } from "../tokens/usage/usage-store.ts";
import { durationSetting, timeSetting } from "./expiry-flags.ts";
import { outcomeOf, requireTokenId } from "./token/command-outcome.ts";
import type { JsonFlag } from "./token/token-flags.ts";

/** How far back to look where nothing is said. */
const LAST_DEFAULT: Readonly<Record<Bucket, number>> = { hour: SECONDS_A_DAY, day: 30 * SECONDS_A_DAY };

export interface UsageFlags extends JsonFlag {
  readonly bucket?: string;
  readonly last?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Prints how often one token, or all tokens together, were used, the earliest first. */
export async function printUsage(dataDir: string, id: string | undefined, flags: UsageFlags): Promise<void> {
  if (id !== undefined) requireTokenId(id);
  const request = periodRequest(flags, secondsOf(Date.now()));
  await withStore(
    dataDir,
    async ({ usage }) => {
      const report = outcomeOf(await usage.report({ ...request, ids: id === undefined ? null : [id] }), id);
      if (flags.json === true) return await printJson(usageResource(report, false));
      await printEach(orElse(usageTable(report, terminalWidth()), noUses(report)));
      if (report.buckets.length > 0) await print(total(report));
    },
    "reading",
  );
}

/** Which buckets the flags ask for. Throws UsageError for a value that cannot be. */
export function periodRequest(
  { bucket: name = "day", last, from, to }: UsageFlags,
  now: UnixSeconds,
): PeriodRequest {
  const bucket = BUCKETS.find((each) => each === name);
  if (bucket === undefined)
    throw new UsageError(`--bucket must be one of ${BUCKETS.join(", ")}, and is ${JSON.stringify(name)}.`);
  const end = to === undefined ? null : timeSetting("--to", to);
  const start = from === undefined ? null : timeSetting("--from", from);
  if (start !== null && start >= (end ?? now))
    throw new UsageError("--from must be before --to, and in the past.");
  const seconds = last === undefined ? LAST_DEFAULT[bucket] : durationSetting("--last", last);
  return { bucket, from: start ?? firstOf(bucket, end ?? now, seconds), to: end };
}

/** Where so many seconds begin of which the bucket that is not over yet is a part. */
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
