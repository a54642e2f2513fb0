import { expect, test } from "bun:test";
import { makeLog } from "../../src/log/log.ts";
import { WalTidying } from "../../src/server/wal-tidying.ts";
import type { OversizedWal } from "../../src/store/sqlite/sqlite-token-store.ts";

test("a -wal file that stays too large is logged once, and so is its end", async () => {
  const lines: string[] = [];
  const log = makeLog("info", { write: (line) => void lines.push(line) });
  const oversized: OversizedWal = { size: 200, limit: 100 };
  const looks = [null, oversized, oversized, oversized, null, null, oversized];
  let looked = 0;
  const tidying = new WalTidying({ tidyWal: () => looks[looked++] ?? null }, log, 1);
  while (looked <= looks.length) await Bun.sleep(1);
  tidying.stop();
  const logged = lines.map((line) => JSON.parse(line));
  expect(logged.map(({ level }) => level)).toEqual(["warn", "info", "warn", "info"]);
  expect(logged[0]).toMatchObject({ bytes: 200, limit_bytes: 100 });
  expect(logged[0].message).toContain("another process reads the store");
});
