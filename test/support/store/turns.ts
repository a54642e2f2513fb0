import { setImmediate as nextTurn } from "node:timers/promises";

/** Counts the turns of the event loop until a promise is settled. */
export async function turnsUntil(work: Promise<unknown>): Promise<number> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  let turns = 0;
  for (; !isDone; turns += 1) await nextTurn();
  await done;
  return turns;
}
