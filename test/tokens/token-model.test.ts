import { test } from "bun:test";
import fc from "fast-check";
import { Instance, Model, tokenCommands } from "../support/store/token-model.ts";

test("a model predicts tokens that are created, revoked or expire, through restarts and clocks that step back", async () => {
  await fc.assert(
    fc.asyncProperty(tokenCommands, async (commands) => {
      using real = new Instance();
      await fc.asyncModelRun(() => ({ model: new Model(real.context.clock.now), real }), commands);
    }),
    { numRuns: 25 },
  );
});
