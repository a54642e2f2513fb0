import { expect, test } from "bun:test";
import { setImmediate as breath } from "node:timers/promises";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import type { Tokens } from "../../src/tokens/tokens.ts";
import { type Hand, Race } from "../support/race.ts";
import { RevokingProcess } from "../support/store/revoking-process.ts";
import { TestStore } from "../support/store/store.ts";

const VERIFICATIONS = 100_000;
/** How many of the revocations another process makes, at least. */
const BY_PROCESS = 12;
const HANDS = 8;
const BEFORE = 400;
const AFTER = 400;
/** How often a hand verifies before it lets the event loop turn. */
const AT_A_STRETCH = 25;
const WIKI = { access: "read", audience: "wiki" } as const;

function handOn(tokens: Tokens, secret: string): Hand {
  let count = 0;
  return async () => {
    count += 1;
    if (count % AT_A_STRETCH === 0) await breath();
    const { reason } = await tokens.verify(secret, WIKI);
    if (reason !== null && reason !== "revoked") throw new Error(`verified as ${reason}`);
    return reason === null;
  };
}

test(`of ${VERIFICATIONS} racing verifications none that starts after a revocation is accepted`, async () => {
  using context = new TestStore();
  await using process = await RevokingProcess.start(context.directory);
  const places = [context.tokens, context.beside()];
  let verifications = 0;
  let byProcess = 0;
  let races = 0;
  while (verifications < VERIFICATIONS || byProcess < BY_PROCESS) {
    const { token, secret } = await context.create({ audiences: ["wiki"] });
    const isByProcess = races % 2 === 0;
    if (isByProcess) byProcess += 1;
    const answersUntil = byProcess;
    const race = new Race({
      hands: Array.from({ length: HANDS }, (_, index) => handOn(places[index % 2] ?? context.tokens, secret)),
      before: BEFORE,
      after: AFTER,
      revoke: () =>
        isByProcess ? process.revoke(token.id) : context.beside().revoke(token.id, COMMAND_LINE),
      isAnswered: () => isByProcess && process.answered >= answersUntil,
    });
    await race.run();
    expect(race.violations).toEqual([]);
    verifications += race.showings;
    races += 1;
  }
});

test("one that is accepted too late, or refused too early, is found out", async () => {
  const run = async (hand: Hand) => {
    const revoke = () => Promise.resolve();
    const race = new Race({ hands: [hand], before: 3, after: 2, revoke });
    await race.run();
    return race.violations;
  };
  expect(await run(() => Promise.resolve(true))).toContain(
    "accepted, and started after the revocation was known",
  );
  expect(await run(() => Promise.resolve(false))).toContain("refused before the revocation was asked for");
  await expect(run(() => Promise.reject(new Error("answered with 500")))).rejects.toThrow(
    "answered with 500",
  );
});
