import { setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { Instance, Model } from "../support/store/instance.ts";
import { tokenCommands } from "../support/store/token-commands.ts";

setDefaultTimeout(TEST_LIMIT_MS);

test("whatever is created, revoked or expires, through restarts and clocks that step back, a model tells it", async () => {
  await fc.assert(
    fc.asyncProperty(tokenCommands, async (commands) => {
      using real = new Instance();
      await fc.asyncModelRun(() => ({ model: new Model(real.context.clock.now), real }), commands);
    }),
    { numRuns: 25 },
  );
});
