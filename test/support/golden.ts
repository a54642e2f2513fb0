import { expect } from "bun:test";
import { dirname, relative, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");

/**
 * Expects that a golden file has this text. With PUBLISHER_TEST_RENEW=1 in the environment it writes the file: read the
 * difference before you commit it.
 */
export async function expectGolden(path: string, text: string): Promise<void> {
  if (Bun.env.PUBLISHER_TEST_RENEW === "1") await Bun.write(path, text);
  const renewal = `If the new text is right, run: PUBLISHER_TEST_RENEW=1 bun test ${dirname(relative(ROOT, path))}`;
  const file = Bun.file(path);
  expect(text, renewal).toBe((await file.exists()) ? await file.text() : "");
}
