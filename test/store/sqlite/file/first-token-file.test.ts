import { beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { FirstTokenFile } from "../../../../src/store/sqlite/file/first-token-file.ts";
import { digestOf, makeSecret } from "../../../../src/tokens/secret/secret.ts";
import { withoutUmask } from "../../../support/executable/umask.ts";
import { repeatableRandom } from "../../../support/random.ts";
import { useDirectory } from "../../../support/store/use.ts";

const random = repeatableRandom();
const SECRET = makeSecret(random);
const OTHER = makeSecret(random);

const directory = useDirectory();
let file: FirstTokenFile;

beforeEach(() => {
  file = new FirstTokenFile(directory.firstToken);
});

test("the secret lies alone in its file, for the owner's eyes alone", () => {
  withoutUmask(() => file.write(SECRET));
  expect(readFileSync(file.path, "utf8")).toBe(`${SECRET}\n`);
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory.path)).toEqual(["first-token"]);
});

test("a new secret takes the place of an old one, also after a crash while the old one was written", () => {
  file.write(OTHER);
  writeFileSync(`${file.path}.new`, "sk_live_ha", { mode: 0o644 });
  file.write(SECRET);
  expect(file.holds(digestOf(SECRET))).toBe(true);
  expect(file.digest()).toEqual(digestOf(SECRET));
  expect(file.holds(digestOf(OTHER))).toBe(false);
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory.path)).toEqual(["first-token"]);
});

test.each([
  ["nothing", (): void => undefined],
  ["an empty file", (path: string) => writeFileSync(path, "")],
  ["half a secret", (path: string) => writeFileSync(path, SECRET.slice(0, 40))],
  ["two secrets", (path: string) => writeFileSync(path, `${SECRET}\n${OTHER}\n`)],
  ["a directory", (path: string) => mkdirSync(path)],
  ["a pipe", (path: string) => void Bun.spawnSync(["mkfifo", path])],
  [
    "a link to a secret",
    (path: string) => {
      writeFileSync(`${path}.target`, SECRET);
      symlinkSync(`${path}.target`, path);
    },
  ],
])("%s holds no secret", (_, put) => {
  put(file.path);
  expect(file.digest()).toBeNull();
  expect(file.holds(digestOf(SECRET))).toBe(false);
  expect(file.holds(new Uint8Array(32))).toBe(false);
});

test("it goes, and going again is no fault", () => {
  file.write(SECRET);
  file.remove();
  file.remove();
  expect(readdirSync(directory.path)).toEqual([]);
  expect(file.digest()).toBeNull();
});
