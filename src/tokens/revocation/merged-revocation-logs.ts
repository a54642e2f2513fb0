import type { UnixSeconds } from "../time.ts";
import type { LoggedEnd, RevocationLines } from "./revocation-log-lines.ts";
import type { KnownEnd } from "./token-end.ts";

/** The end of each token by these logs. Of several expiries the last one counts. */
export function endsOf(logs: readonly RevocationLines[]): readonly KnownEnd[] {
  const known = new Map<string, KnownEnd>();
  for (const end of logs.flatMap(({ ends }) => ends).toSorted(byEvent)) {
    const before = known.get(end.token);
    known.set(end.token, {
      token: end.token,
      revokedAt: before?.revokedAt ?? end.revokedAt,
      replacedBy: before?.replacedBy ?? end.replacedBy,
      expiresAt: end.expiresAt === undefined ? (before?.expiresAt ?? null) : end.expiresAt,
    });
  }
  return [...known.values()];
}

/** The first log before which another one is missing, of those that have the ends since that audit event; null for none. */
export function afterGap<Log extends RevocationLines>(logs: readonly Log[], since: string): Log | null {
  let known = since;
  for (const log of logs.toSorted(byStart)) {
    if (log.after > known) return log;
    if (log.last > known) known = log.last;
  }
  return null;
}

/**
 * Whether the logs lack one of these ends of a backup, each the id of its audit event. Then they stopped before the
 * backup, or lost lines, and may lack later ends too. The backup itself has the ends from before the latest file.
 */
export function lackEnd(logs: readonly RevocationLines[], ends: Iterable<string>): boolean {
  const latest = logs.toSorted(byStart).at(-1);
  if (latest === undefined) return false;
  const known = new Set(logs.flatMap((log) => log.ends).map(({ event }) => event));
  for (const event of ends) if (event > latest.after && !known.has(event)) return true;
  return false;
}

/** When the last end happened that the logs have; null where they have none. */
export function lastEndTime(logs: readonly RevocationLines[]): UnixSeconds | null {
  return (
    logs
      .flatMap(({ ends }) => ends)
      .toSorted(byEvent)
      .at(-1)?.at ?? null
  );
}

function byEvent(one: LoggedEnd, other: LoggedEnd): number {
  return one.event < other.event ? -1 : one.event > other.event ? 1 : 0;
}

function byStart(one: RevocationLines, other: RevocationLines): number {
  return one.after < other.after ? -1 : one.after > other.after ? 1 : 0;
}
