import { Database } from "bun:sqlite";
import { join } from "node:path";

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** The nth of many tokens, as it is written into a store. */
export interface ManyToken {
  readonly id: string;
  readonly access: "read" | "write";
  readonly description: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** Tokens of every status: of ten, seven are active, two expired and one is revoked; every fourth may write, every fifth was never used. */
export function manyTokens(count: number, now = Math.floor(Date.now() / 1000)): readonly ManyToken[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `atok_0Many${String(index).padStart(16, "0")}`,
    access: index % 4 === 0 ? "write" : "read",
    description: `Service ${String(index).padStart(5, "0")} on host-${index % 97}`,
    createdAt: now - (count - index) * 60,
    expiresAt: expiryOf(index, now),
    revokedAt: index % 10 === 9 ? now - DAY_SECONDS : null,
    lastUsedAt: index % 5 === 0 ? null : now - (index % 200) * DAY_SECONDS,
  }));
}

/** Writes tokens straight into the store of a data directory. `createdBy` is the id of the token that created them. */
export function writeTokens(
  dataDir: string,
  tokens: readonly ManyToken[],
  createdBy: string | null = null,
): void {
  inStore(dataDir, (database) => {
    const insert = database.query(
      "INSERT INTO token (digest, id, access, description, hint, created_at, expires_at, revoked_at, last_used_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    inAnyOrder(database, () => {
      for (const { id, access, description, ...times } of tokens) {
        const digest = Bun.SHA256.hash(id, new Uint8Array(32));
        const { createdAt, expiresAt, revokedAt, lastUsedAt } = times;
        const all = [createdAt, expiresAt, revokedAt, lastUsedAt, createdBy];
        insert.run(digest, id, access, description, id.slice(-4), ...all);
      }
    });
  });
}

/** Triggers that let a token come only behind all others, and keep its number. */
const TRIGGERS_OF_ORDER = ["token_comes_last", "token_keeps_its_secret"];

/** Runs `add`, which may add tokens with any ids, and then numbers all tokens in the order of ids. */
export function inAnyOrder(database: Database, add: () => void): void {
  const triggers = TRIGGERS_OF_ORDER.map((name) => {
    const found = database.query<{ sql: string }, [string]>("SELECT sql FROM sqlite_schema WHERE name = ?");
    return { name, sql: found.get(name)?.sql ?? "" };
  });
  for (const { name } of triggers) database.run(`DROP TRIGGER ${name}`);
  add();
  database.run(
    "CREATE TEMP TABLE numbered AS SELECT seq, row_number() OVER (ORDER BY id) AS number FROM token",
  );
  for (const column of ["token.seq", "token_audience.token"]) {
    const [table, name] = column.split(".");
    database.run(`UPDATE ${table} SET ${name} = -number FROM numbered WHERE ${column} = numbered.seq`);
    database.run(`UPDATE ${table} SET ${name} = -${name}`);
  }
  database.run("DROP TABLE numbered");
  for (const { sql } of triggers) database.run(sql);
}

/** Lets a token expire, straight in the store of a data directory: no test has to wait for it. */
export function expireToken(dataDir: string, id: string, { secondsAgo = 60 } = {}): void {
  const end = Math.floor(Date.now() / 1000) - secondsAgo;
  inStore(dataDir, (database) => database.query("UPDATE token SET expires_at = ? WHERE id = ?").run(end, id));
}

/** Runs `work` as one transaction in the store of a data directory, beside the server that may be using it. */
function inStore(dataDir: string, work: (database: Database) => void): void {
  using database = new Database(join(dataDir, "publisher.db"), { strict: true });
  database.run("PRAGMA busy_timeout = 5000");
  database.transaction(() => work(database)).immediate();
}

function expiryOf(index: number, now: number): number | null {
  if (index % 10 >= 7 && index % 10 <= 8) return now - (1 + (index % 40)) * DAY_SECONDS;
  return index % 3 === 0 ? null : now + (1 + (index % 120)) * DAY_SECONDS;
}

/** Stands for the sums over all tokens. */
const ALL_TOKENS = "";

/** How often a token was used in an hour. */
export interface ManyUses {
  readonly id: string;
  /** How many hours ago that began, of which none is the one that is not over. */
  readonly hoursAgo: number;
  readonly accepted: number;
  readonly refused: number;
}

/** Writes uses straight into the store of a data directory. */
export function writeUses(dataDir: string, uses: readonly ManyUses[]): void {
  const now = Math.floor(Date.now() / 1000);
  inStore(dataDir, (database) => {
    const add = database.query(
      `INSERT INTO token_use (bucket, token, start, accepted, refused) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (bucket, token, start) DO UPDATE SET accepted = accepted + ?4, refused = refused + ?5`,
    );
    for (const { id, hoursAgo, accepted, refused } of uses) {
      const time = now - hoursAgo * HOUR_SECONDS;
      for (const token of [id, ALL_TOKENS]) {
        add.run("hour", token, time - (time % HOUR_SECONDS), accepted, refused);
        add.run("day", token, time - (time % DAY_SECONDS), accepted, refused);
      }
    }
  });
}

/** Uses that come and go with the day, some of them refused, in every hour of the last days. */
export function dailyUses(id: string, days: number): readonly ManyUses[] {
  return Array.from({ length: days * 24 }, (_, hoursAgo) => ({
    id,
    hoursAgo,
    accepted: Math.round(20 * (1 + Math.sin((hoursAgo / 12) * Math.PI)) + (hoursAgo % 5)),
    refused: hoursAgo % 97 === 3 ? 6 : 0,
  }));
}
