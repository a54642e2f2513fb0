import { UsageError } from "../../settings/usage-error.ts";
import { AUDIENCE_FORM, isAudience } from "../../tokens/audience.ts";
import type { Condition } from "../../tokens/listing/listing.ts";
import { endsWithin, unusedSince } from "../../tokens/listing/token-listing.ts";
import type { UnixSeconds } from "../../tokens/time.ts";
import { STATUSES } from "../../tokens/token.ts";
import { durationSetting } from "../expiry-flags.ts";

/** A token must fit every flag, and one value of a flag with several. */
export interface FilterFlags {
  readonly all?: boolean;
  /** Only tokens with a secret that was shown after their end. */
  readonly reused?: boolean;
  readonly status?: readonly string[];
  readonly audience?: readonly string[];
  readonly unusedFor?: string;
  readonly expiringWithin?: string;
}

const EVERY_STATUS: Condition = { op: "in", key: "status", values: STATUSES };
const REUSED: Condition = { op: "exists", key: "reused_at", value: true };

/** Returns the conditions of a list for its flags. Throws UsageError for a bad value. */
export function listConditions(flags: FilterFlags, now: UnixSeconds): readonly Condition[] {
  const { all = false, reused = false, status, audience, unusedFor, expiringWithin } = flags;
  return [
    ...(all ? [EVERY_STATUS] : []),
    ...(reused ? [REUSED] : []),
    ...(status === undefined ? [] : [withStatus(status)]),
    ...(audience === undefined ? [] : [forAudience(audience)]),
    ...(unusedFor === undefined ? [] : [unusedSince(now - durationSetting("--unused-for", unusedFor))]),
    ...(expiringWithin === undefined
      ? []
      : [endsWithin(now, now + durationSetting("--expiring-within", expiringWithin))]),
  ];
}

function withStatus(names: readonly string[]): Condition {
  const wrong = names.find((name) => !STATUSES.some((status) => status === name));
  if (wrong === undefined) return { op: "in", key: "status", values: names };
  throw new UsageError(`--status must be one of ${STATUSES.join(", ")}, and is ${JSON.stringify(wrong)}.`);
}

function forAudience(names: readonly string[]): Condition {
  if (names.every(isAudience)) return { op: "in", key: "audiences", values: names };
  throw new UsageError(`--audience must be ${AUDIENCE_FORM}.`);
}
