import { usesOfEach } from "../api/record-calls.ts";
import type { Uses } from "../api/record-types.ts";
import type { Token } from "../api/types.ts";
import { now } from "../app/clock.ts";
import { dayAfter } from "../app/format.ts";
import { type Loaded, useLoaded } from "../app/loading.ts";
import { SPARKLINE_DAYS } from "../usage/sparkline.tsx";
import { rangeBody } from "../usage/usage-ranges.ts";

/** The uses of each token that is listed, by its id. */
export function useTableUses(tokens: readonly Token[] | null): Loaded<ReadonlyMap<string, readonly Uses[]>> {
  const ids = (tokens ?? []).map(({ id }) => id);
  return useLoaded(ids.join(), () =>
    usesOfEach(ids, rangeBody({ bucket: "day", buckets: SPARKLINE_DAYS }, now.value)),
  );
}

/** Whether a token was let in on one of the days that are shown: so that there will be something to show. */
export function isUsedLately({ last_used_at: lastUsedAt }: Token): boolean {
  const today = new Date(now.value).toISOString().slice(0, 10);
  return lastUsedAt !== null && lastUsedAt >= dayAfter(today, 1 - SPARKLINE_DAYS);
}
