import type { EndCounts } from "../../store/sqlite/backup/reapplied-token-ends.ts";
import type { ReplacedStore } from "../../store/sqlite/backup/replaced-store.ts";
import type { Restoration } from "../../store/sqlite/backup/restoration.ts";
import type { DataDirectory } from "../../store/sqlite/file/data-directory.ts";
import { SCHEMA_VERSION } from "../../store/sqlite/schema.ts";
import { formatTime } from "../../tokens/time.ts";
import type { KnownRevocations } from "./known-revocations.ts";

/** The result of a restore. */
export interface Report {
  readonly directory: DataDirectory;
  readonly path: string;
  readonly restoration: Restoration;
  readonly replaced: ReplacedStore;
  readonly ended: EndCounts;
  readonly aside: string | null;
  readonly known: KnownRevocations;
}

/** Reports the result of a restore to the operator, its gaps, and the next step. */
export function report({ directory, path, restoration, replaced, ended, aside, known }: Report): string {
  const { missing, logEnd, isLaterStore } = known;
  const { integrity, lastEvent } = restoration;
  const until = lastEvent === null ? "" : `, with changes up to ${formatTime(lastEvent.at)}`;
  const later = isLaterStore ? replaced.tokens() : null;
  const lines = [
    missing === null
      ? null
      : `Not known: ${missing}. Tokens that were revoked, replaced or shortened since the backup may work again: ` +
        `${lookThrough(directory)}, and revoke what must not work.`,
    `Restored ${path}${until}, to ${directory.database}: tokens: ${integrity.tokens}.`,
    aside === null ? null : `The store that was there is in ${aside}. Publisher never deletes it.`,
    endedAgainLine(ended),
    logEnd === null
      ? null
      : `T${logEnd.slice(1)}. It does not have what ended after that, nor what a command ended while the server was down: ${lookThrough(directory)}.`,
    goneLine(later === null ? null : Math.max(later - integrity.tokens, 0)),
    `Usage counts since the backup are gone. ${nextStep(integrity.schemaVersion)}`,
  ];
  return `${lines.filter((line) => line !== null).join("\n")}\n`;
}

/** Null for an unknown number. */
function goneLine(gone: number | null): string | null {
  if (gone === null) return "Tokens created since the backup are gone too; how many is not known.";
  if (gone === 0) return null;
  return `Created since the backup, and gone with their secrets: ${gone} ${gone === 1 ? "token" : "tokens"}.`;
}

function nextStep(schema: number): string {
  if (schema === SCHEMA_VERSION) return "You can start the server.";
  return `The store has schema ${schema}: start the older version that knows it. Any command of this version can migrate it again.`;
}

function lookThrough({ path }: DataDirectory): string {
  return `look through "publisher token list --data-dir ${path}"`;
}

function endedAgainLine({ revoked, replaced, shortened, withoutSuccessor }: EndCounts): string {
  const counts = [
    [revoked, "revoked"],
    [replaced, "replaced"],
    [shortened, "with an earlier expiry"],
  ] as const;
  const ended = counts.flatMap(([count, how]) => (count === 0 ? [] : [`${count} ${how}`]));
  if (ended.length === 0) return "No token of the backup had ended since, as far as is known.";
  const lost =
    withoutSuccessor === 0
      ? ""
      : ` Replaced by a token that is not in the backup: ${withoutSuccessor}. Create new tokens for their holders.`;
  return `Tokens that ended since the backup stay so: ${ended.join(", ")}.${lost}`;
}
