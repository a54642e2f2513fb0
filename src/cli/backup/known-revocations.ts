import type { ReplacedStore } from "../../store/sqlite/backup/replaced-store.ts";
import type { Restoration } from "../../store/sqlite/backup/restoration.ts";
import {
  type RevocationFile,
  readRevocationLogs,
} from "../../store/sqlite/revocation-log/revocation-log-reading.ts";
import { afterGap, endsOf, lackEnd, lastEndTime } from "../../tokens/revocation/merged-revocation-logs.ts";
import type { RevocationLines } from "../../tokens/revocation/revocation-log-lines.ts";
import { type KnownEnd, together } from "../../tokens/revocation/token-end.ts";
import { formatTime } from "../../tokens/time.ts";

/** The tokens of a backup that ended since, by the replaced store and the revocation logs. */
export interface KnownRevocations {
  readonly ends: ReadonlyMap<string, KnownEnd>;
  /** The last audit event that one of them has; null for none. */
  readonly lastEvent: string | null;
  /** The last moment of the revocation logs, as a sentence without its full stop; null without a log. */
  readonly logEnd: string | null;
  /** The reason why ends may be missing, for the end of a sentence; null if all are known. */
  readonly missing: string | null;
  /** True if another revocation log has the rest. */
  readonly lacksFile: boolean;
  /** True if the replaced store is a later state of the backup's store. */
  readonly isLaterStore: boolean;
}

export interface Sources {
  readonly restoration: Restoration;
  readonly replaced: ReplacedStore;
  /** The texts of revocation logs, by their paths. */
  readonly logs: ReadonlyMap<string, string>;
  /** True if the backup is the file of the replaced store. */
  readonly isItself: boolean;
}

/** Finds the tokens that ended since the backup. Throws StoreUnusable for a revocation log that cannot be read. */
export function knownRevocations({
  restoration,
  replaced,
  logs: texts,
  isItself,
}: Sources): KnownRevocations {
  const logs = readRevocationLogs([...texts.keys()], restoration.storeId, (log) => texts.get(log) ?? "");
  const last = restoration.lastEvent?.id ?? "";
  const inStore = missingInStore(replaced, last, isItself);
  const gap = afterGap(logs, last);
  const isMissing = inStore !== null && logs.length > 0;
  return {
    ends: merged([...replaced.ends(), ...endsOf(logs)]),
    lastEvent: [replaced.lastEvent() ?? "", ...logs.map((log) => log.last)].toSorted().at(-1) || null,
    logEnd: logs.length === 0 ? null : logEnd(logs),
    missing: isMissing ? missingInLogs(logs, gap, restoration.endEvents()) : inStore,
    lacksFile: gap !== null,
    isLaterStore: inStore === null,
  };
}

function merged(ends: readonly KnownEnd[]): ReadonlyMap<string, KnownEnd> {
  const known = new Map<string, KnownEnd>();
  for (const end of ends) {
    const before = known.get(end.token);
    known.set(end.token, before === undefined ? end : together(before, end));
  }
  return known;
}

function missingInStore(replaced: ReplacedStore, last: string, isItself: boolean): string | null {
  if (isItself) return "the store is restored from its own file, without its last changes";
  if (replaced.fault !== null) return replaced.fault.replaceAll(/\s*\n\s*/g, " ").replace(/\.$/, "");
  if (last === "" || replaced.hasEvent(last)) return null;
  return "the store that is there is not a later state of the same store";
}

function missingInLogs(
  logs: readonly RevocationFile[],
  gap: RevocationFile | null,
  endEvents: readonly string[],
): string | null {
  const [torn] = logs.filter(({ unreadable }) => unreadable !== null);
  if (torn !== undefined)
    return `line ${torn.unreadable} of ${torn.path} cannot be read, and may have been a revocation`;
  const [holed] = logs.filter(({ afterHole }) => afterHole !== null);
  if (holed !== undefined)
    return `lines are missing before line ${holed.afterHole} of ${holed.path}, and may have been revocations`;
  if (gap !== null)
    return `a file of the revocation log is missing: ${gap.path} begins after ${gap.after}, which no other file and no backup has`;
  if (lackEnd(logs, endEvents)) return `${logEnd(logs)}, and lacks an end that the backup has`;
  return null;
}

function logEnd(logs: readonly RevocationLines[]): string {
  const at = lastEndTime(logs);
  return at === null ? "the revocation log has no line" : `the revocation log ends at ${formatTime(at)}`;
}
