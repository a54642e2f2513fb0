import type { Database } from "bun:sqlite";
import { randomBytes } from "node:crypto";
import { AUDIT_EVENT_PREFIX, nextId } from "../../../tokens/identifier.ts";
import {
  type End,
  type EndedAgain,
  endedAgain,
  type KnownEnd,
} from "../../../tokens/revocation/token-end.ts";
import { secondsOf } from "../../../tokens/time.ts";
import { FIRST_SCHEMA_WITH_ROTATION, schemaVersion } from "../schema.ts";

/** The numbers of tokens that were ended again. */
export interface EndCounts {
  readonly revoked: number;
  readonly replaced: number;
  /** Tokens that only expire earlier than before. */
  readonly shortened: number;
  /** Replaced tokens with a successor that is missing. */
  readonly withoutSuccessor: number;
}

/**
 * Ends tokens in a store of any schema, each with its audit event by the command line, in one transaction. `lastEvent` is
 * the last known id of an audit event: new ids come after it.
 */
export function endAgain(database: Database, ends: Iterable<KnownEnd>, lastEvent: string | null): EndCounts {
  const isReplaceable = schemaVersion(database) >= FIRST_SCHEMA_WITH_ROTATION;
  const find = database.query<End, [string]>(
    `SELECT revoked_at AS revokedAt, expires_at AS expiresAt, ${isReplaceable ? "replaced_by" : "NULL"} AS replacedBy
     FROM token WHERE id = ?`,
  );
  const update = database.query(
    `UPDATE token SET revoked_at = ?, expires_at = ?${isReplaceable ? ", replaced_by = ?" : ""} WHERE id = ?`,
  );
  const record = database.query(
    "INSERT INTO audit_event (id, at, action, target, changes) VALUES (?, ?, ?, ?, ?)",
  );
  const ended: EndedAgain[] = [];
  const endAll = database.transaction(() => {
    let event = greater(lastEventOf(database), lastEvent);
    for (const known of ends) {
      const token = find.get(known.token);
      const again = token && endedAgain(token, isReplaceable ? known : { ...known, replacedBy: null });
      if (again === null) continue;
      const { revokedAt, expiresAt, replacedBy } = again.end;
      update.run(revokedAt, expiresAt, ...(isReplaceable ? [replacedBy] : []), known.token);
      const now = Date.now();
      event = nextId(AUDIT_EVENT_PREFIX, event, now, randomBytes);
      record.run(event, secondsOf(now), again.action, known.token, JSON.stringify(again.changes));
      ended.push(again);
    }
  });
  endAll.immediate();
  return countsOf(ended, (id) => find.get(id) !== null);
}

function lastEventOf(database: Database): string | null {
  return database.query<{ id: string | null }, []>("SELECT max(id) AS id FROM audit_event").get()?.id ?? null;
}

function greater(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}

function countsOf(ended: readonly EndedAgain[], isThere: (id: string) => boolean): EndCounts {
  const isReplaced = ({ changes }: EndedAgain) => "replaced_by" in changes;
  const replaced = ended.filter(isReplaced);
  const revoked = ended.filter((each) => "revoked_at" in each.changes && !isReplaced(each)).length;
  return {
    revoked,
    replaced: replaced.length,
    shortened: ended.length - revoked - replaced.length,
    withoutSuccessor: replaced.filter(({ end }) => !isThere(end.replacedBy ?? "")).length,
  };
}
