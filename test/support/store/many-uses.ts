import { inStore } from "./many-tokens.ts";

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

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
