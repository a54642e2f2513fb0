import type { Database } from "bun:sqlite";
import { AUDIT_ACTIONS } from "../../tokens/audit/audit-event.ts";
import { AUDIT_EVENT_PREFIX, ID_LENGTH_LIMIT, TOKEN_PREFIX } from "../../tokens/identifier.ts";
import { LAST_MOMENT, SECONDS_A_DAY } from "../../tokens/time.ts";
import { schemaVersion } from "./schema.ts";

/** A fault that SQLite cannot see, as rows of one text each; `from` is the first schema that can have it. */
interface Rule {
  readonly from: number;
  readonly fault: string;
  readonly rows: string;
}

const ACTIONS = AUDIT_ACTIONS.map((action) => `'${action}'`).join(", ");

/** An id as `src/tokens/identifier.ts` has it. */
function isNoId(column: string, prefix: string): string {
  const behind = `substr(${column}, ${prefix.length + 1})`;
  const isTooLong = `length(${behind}) > ${ID_LENGTH_LIMIT}`;
  return `(${column} NOT GLOB '${prefix}[0-9A-Za-z]*' OR ${behind} GLOB '*[^0-9A-Za-z]*' OR ${isTooLong})`;
}

function isNoMoment(column: string): string {
  return `${column} NOT BETWEEN 0 AND ${LAST_MOMENT}`;
}

const ONE_ROW: readonly Rule[] = [
  {
    from: 1,
    fault: "the key of the cursors is missing",
    rows: "SELECT '' WHERE NOT EXISTS (SELECT 1 FROM cursor_key)",
  },
  {
    from: 4,
    fault: "the flag that it is in use is missing",
    rows: "SELECT '' WHERE NOT EXISTS (SELECT 1 FROM store_state)",
  },
];

const EACH_ROW: readonly Rule[] = [
  {
    from: 1,
    fault: "a token has a malformed id",
    rows: `SELECT id FROM token WHERE ${isNoId("id", TOKEN_PREFIX)} OR ${isNoId("created_by", TOKEN_PREFIX)}`,
  },
  {
    from: 2,
    fault: "a token was replaced by a malformed id",
    rows: `SELECT id FROM token WHERE ${isNoId("replaced_by", TOKEN_PREFIX)}`,
  },
  {
    from: 1,
    fault: "a token has an impossible time",
    rows: `SELECT id FROM token WHERE ${["created_at", "expires_at", "revoked_at", "last_used_at"].map(isNoMoment).join(" OR ")}`,
  },
  {
    from: 1,
    fault: "an audit event has a malformed id",
    rows: `SELECT id FROM audit_event WHERE ${isNoId("id", AUDIT_EVENT_PREFIX)} OR ${isNoId("actor", TOKEN_PREFIX)} OR ${isNoId("target", TOKEN_PREFIX)}`,
  },
  {
    from: 1,
    fault: "an audit event has an unknown action or an impossible time",
    rows: `SELECT id FROM audit_event WHERE action NOT IN (${ACTIONS}) OR ${isNoMoment("at")}`,
  },
  {
    from: 1,
    fault: "an audit event has changes that cannot be read",
    rows: "SELECT id FROM audit_event WHERE NOT json_valid(changes) OR json_type(changes) <> 'object'",
  },
  {
    from: 1,
    fault: "a token is not revoked as its audit event says",
    rows: `
      SELECT token.id FROM audit_event JOIN token ON token.id = target
      WHERE json_valid(changes) AND json_extract(changes, '$.revoked_at') IS NOT NULL
        AND revoked_at IS NOT json_extract(changes, '$.revoked_at')`,
  },
  {
    from: 1,
    fault: "a token is not of the access that its audit event says",
    rows: `
      SELECT token.id FROM audit_event JOIN token ON token.id = target
      WHERE action = 'api-token.create' AND json_valid(changes) AND access <> json_extract(changes, '$.access')`,
  },
  {
    from: 2,
    fault: "a token is not for the services that its audit event says",
    rows: `
      SELECT token.id FROM audit_event JOIN token ON token.id = target
      WHERE action = 'api-token.create' AND json_valid(changes)
        AND json_type(changes, '$.audiences') IS NOT NULL
        AND audiences IS NOT json_extract(changes, '$.audiences')`,
  },
  {
    from: 1,
    fault: "a token does not expire as its last audit event says",
    // Of a group, SQLite takes the row of the greatest id: https://www.sqlite.org/lang_select.html#bareagg
    rows: `
      SELECT token.id FROM (
        SELECT target, json_extract(changes, '$.expires_at') AS recorded, max(id) FROM audit_event
        WHERE json_valid(changes) AND json_type(changes, '$.expires_at') IS NOT NULL GROUP BY target
      ) JOIN token ON token.id = target WHERE expires_at IS NOT recorded`,
  },
];

/** The faults of the tables and numbers by which lists and summaries find tokens, as migration 5 has them. */
const OF_LISTS: readonly Rule[] = [
  {
    from: 5,
    fault: "the number of a token is not in the order of ids",
    rows: "SELECT id FROM (SELECT id, lag(id) OVER (ORDER BY seq) AS before FROM token) WHERE before >= id",
  },
  {
    from: 5,
    fault: "the count of the tokens of a kind is wrong",
    rows: `
      SELECT '' FROM (
        SELECT is_revoked, access, is_used, expiry_day, tokens FROM token_count
        UNION ALL
        SELECT revoked_at IS NOT NULL, access, last_used_at IS NOT NULL,
          iif(revoked_at IS NULL, coalesce(expires_at / ${SECONDS_A_DAY}, -1), -1), -count(*)
        FROM token GROUP BY 1, 2, 3, 4
      ) GROUP BY 1, is_revoked, access, is_used, expiry_day HAVING sum(tokens) <> 0`,
  },
  {
    from: 5,
    fault: "the list of the tokens of an audience is wrong",
    rows: `
      SELECT '' FROM (
        SELECT audience, token, 1 AS listed FROM token_audience
        UNION ALL SELECT DISTINCT value, seq, -1 FROM token, json_each(token.audiences)
      ) GROUP BY audience, token HAVING sum(listed) <> 0`,
  },
];

/** The faults of a store that lacks a row that every store needs, one a line. */
export function missingRows(database: Database): readonly string[] {
  return faultsOf(database, ONE_ROW);
}

/**
 * Faults that SQLite cannot see, one a line; empty if nothing is wrong. Reads every row. Nothing shows a changed bit in
 * the digest of a secret, in a description or in a count.
 */
export function consistencyFaults(database: Database): readonly string[] {
  return faultsOf(database, [...ONE_ROW, ...EACH_ROW, ...OF_LISTS]);
}

function faultsOf(database: Database, rules: readonly Rule[]): readonly string[] {
  const version = schemaVersion(database);
  return rules.flatMap(({ from, fault, rows }) => {
    if (version < from) return [];
    const found = database.query<Record<string, unknown>, []>(`${rows} LIMIT 1`).get();
    if (found === null) return [];
    const where = String(Object.values(found)[0] ?? "");
    return [where === "" ? fault : `${fault}: ${where}`];
  });
}
