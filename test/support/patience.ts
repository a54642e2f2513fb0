/** How long a test may take, in milliseconds. Slow and busy machines run these tests as well. */
export const TEST_LIMIT_MS = 180_000;

/** How long a test waits for something that a fast machine does at once, in milliseconds. */
export const PATIENCE_MS = 60_000;

/** Waits until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error("what a test waits for did not happen");
    await Bun.sleep(20);
  }
}
