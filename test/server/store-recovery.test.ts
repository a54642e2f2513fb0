import { expect, test } from "bun:test";
import { makeLog } from "../../src/log/log.ts";
import { StoreRecovery } from "../../src/server/store-recovery.ts";
import { StoreUnavailable } from "../../src/tokens/token-store.ts";
import { until } from "../support/patience.ts";

test("trouble is logged once for each cause, and so is its end", async () => {
  const lines: { readonly level: string; readonly message: string; readonly error?: { message: string } }[] =
    [];
  const log = makeLog("info", { write: (line) => void lines.push(JSON.parse(line)) });
  let looks = 0;
  let written = 0;
  let cause: string | null = null;
  const recovery = new StoreRecovery(
    {
      store: {
        recover: async () => {
          looks += 1;
          if (cause !== null) throw new StoreUnavailable("unavailable", { cause: new Error(cause) });
        },
      },
      tokens: {
        pendingRevocations: ["atok_1"],
        writePendingRevocations: async () => {
          written += 1;
        },
      },
    },
    log,
    1,
  );
  for (const next of ["full", "replaced", null]) {
    cause = next;
    const from = looks;
    await until(() => looks >= from + 5);
  }
  await recovery.stop();
  // A revocation may fit where other changes do not.
  expect(written).toBeGreaterThan(5);
  expect(lines.map(({ level, message, error }) => [level, message, error?.message])).toEqual([
    ["error", "changes cannot be stored now", "full"],
    ["error", "changes cannot be stored now", "replaced"],
    ["info", "changes are stored again", undefined],
    ["error", expect.stringContaining("revocations could not be stored"), undefined],
  ]);
  expect(lines.at(-1)).toMatchObject({ tokens: ["atok_1"] });
  const from = looks;
  await Bun.sleep(20);
  expect(looks).toBe(from);
});
