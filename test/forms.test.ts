import { expect, test } from "bun:test";
import { join, resolve } from "node:path";
import { Glob } from "bun";

const ROOT = resolve(import.meta.dir, "..");

/** Parts of patterns and of word lists, with the one file that may contain each. */
const HOMES = [
  ['"atok_"', "src/tokens/identifier.ts"],
  ['"aevt_"', "src/tokens/identifier.ts"],
  ["letters and digits", "src/tokens/identifier.ts"],
  ["as in RFC 3339, such as", "src/tokens/time.ts"],
  ["^[0-9a-f]{32}$", "src/tokens/identifier.ts"],
  ["{0,62}", "src/tokens/audience.ts"],
  ["[0-9A-Za-z]{49}", "src/tokens/secret/secret-form.ts"],
  ["\\d\\d:\\d\\dZ$", "src/tokens/time.ts"],
  ['["read", "write"]', "src/tokens/token-values.ts"],
  ['["active", "expired", "revoked"]', "src/tokens/token-values.ts"],
  ['["hour", "day"]', "src/tokens/usage/usage-period.ts"],
  ['["asc", "desc"]', "src/tokens/listing/listing.ts"],
  ['"api-token.rotate",\n', "src/tokens/audit/audit-event.ts"],
] as const;

test.each(HOMES)("%s stands in %s alone", async (text, home) => {
  const found: string[] = [];
  for await (const path of new Glob("{src,public}/**/*.{ts,tsx}").scan({ cwd: ROOT }))
    if ((await Bun.file(join(ROOT, path)).text()).includes(text)) found.push(path);
  expect(found).toEqual([home]);
});
