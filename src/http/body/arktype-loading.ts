/**
 * Loads the modules of ArkType one by one: each takes up to 30 ms, and all together 80 ms. Requests are answered in between.
 * The order is the one in which ArkType imports them.
 */
const STEPS = [
  () => import("./arktype-config.ts"),
  () => import("arktype/internal/scope.ts"),
  () => import("arktype/internal/keywords/constructors.ts"),
  () => import("arktype/internal/keywords/string.ts"),
  () => import("./arktype.ts"),
];

let loading: Promise<void> | null = null;

/** Loads ArkType, once for the process. */
export async function loadArkType(): Promise<void> {
  loading ??= inTurns(STEPS);
  await loading;
}

/** Takes the steps one after another. Between two of them the event loop turns. */
export async function inTurns(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) {
    await step();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
