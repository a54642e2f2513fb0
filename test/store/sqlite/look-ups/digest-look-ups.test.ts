import { expect, setDefaultTimeout, test } from "bun:test";
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { OpenedFiles } from "../../../../src/store/sqlite/file/opened-files.ts";
import { DigestLookUps } from "../../../../src/store/sqlite/look-ups/digest-look-ups.ts";
import { SqliteTokenStore } from "../../../../src/store/sqlite/sqlite-token-store.ts";
import { COMMAND_LINE } from "../../../../src/tokens/audit/audit-event.ts";
import { digestOf } from "../../../../src/tokens/secret/secret.ts";
import { StoreUnavailable } from "../../../../src/tokens/token-store.ts";
import { newToken } from "../../../support/new-token.ts";
import { TEST_LIMIT_MS } from "../../../support/patience.ts";
import { RevokingProcess } from "../../../support/store/revoking-process.ts";
import { outcomeOf, row } from "../../../support/store/store.ts";
import { useStore } from "../../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const context = useStore();

/** How many look-ups race with revocations by another process, and with those by this one. */
const RACING = 100_000;
/** How many look-ups there are with each token after its revocation is known. */
const AFTER = 500;

const walSize = () => statSync(`${context.directory.database}-wal`).size;
const shmDescriptors = () =>
  readdirSync("/proc/self/fd").filter((name) => isOnShm(`/proc/self/fd/${name}`)).length;

function isOnShm(descriptor: string): boolean {
  try {
    return readlinkSync(descriptor).startsWith(`${context.directory.database}-shm`);
  } catch {
    return false;
  }
}

test(`of ${RACING} look-ups beside another process that revokes, none that starts after a revocation finds the token active`, async () => {
  await using process = await RevokingProcess.start(context.directory);
  let lookUps = 0;
  let late = 0;
  for (let revoked = 0; lookUps < RACING; revoked += 1) {
    const { token, secret } = await context.create();
    const digest = digestOf(secret);
    const isActive = () => context.store.findByDigest(digest)?.token.revokedAt === null;
    expect(isActive()).toBe(true);
    const revocation = process.revoke(token.id);
    for (let after = 0; after < AFTER; lookUps += 1) {
      const isKnown = process.answered !== revoked % 256;
      const wasActive = isActive();
      if (isKnown) after += 1;
      if (isKnown && wasActive) late += 1;
      if (lookUps % 100 === 0) await nextTurn();
    }
    await revocation;
  }
  expect(late).toBe(0);
});

test("a revocation of this process is seen by the look-up that follows, also in another store on the files", async () => {
  const other = SqliteTokenStore.open(context.directory);
  for (let count = 0; count < 100; count += 1) {
    const { token, secret } = await context.create();
    const stores = [context.store, other];
    const ends = () => stores.map((store) => store.findByDigest(digestOf(secret))?.token.revokedAt);
    expect(ends()).toEqual([null, null]);
    outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
    expect(ends()).toEqual([context.clock.now, context.clock.now]);
  }
  other.close();
});

test("look-ups of many find the same as look-ups one by one", async () => {
  for (const id of ["atok_1", "atok_2"]) await context.add(newToken(id));
  const digests = ["atok_2", "atok_3", "atok_1", "atok_2"].map(digestOf);
  const oneByOne = digests.map((digest) => context.store.findByDigest(digest));
  expect(context.store.findByDigests(digests)).toEqual(oneByOne);
  expect(oneByOne.map((stored) => stored?.token.id)).toEqual(["atok_2", undefined, "atok_1", "atok_2"]);
});

test("look-ups do not keep the -wal file from being cut: by this store, after a change, and soon by others", async () => {
  const { secret } = await context.create();
  const lookUp = () => void context.store.findByDigest(digestOf(secret));
  const cutByOther = () => row(other, "PRAGMA wal_checkpoint(TRUNCATE)").busy === 0;
  const other = context.connect();
  lookUp();
  context.store.checkpoint();
  expect(walSize()).toBe(0);
  await context.create();
  lookUp();
  expect(cutByOther()).toBe(false);
  await context.create();
  expect(cutByOther()).toBe(true);
  await context.create();
  lookUp();
  while (!cutByOther()) await nextTurn();
  expect(walSize()).toBe(0);
});

test("a store that was looked up in leaves one whole file, and no descriptor", async () => {
  const { secret } = await context.create();
  const other = SqliteTokenStore.open(context.directory);
  const before = shmDescriptors();
  for (const store of [context.store, other]) store.findByDigest(digestOf(secret));
  expect(shmDescriptors()).toBe(before + 2);
  other.close();
  expect(shmDescriptors()).toBe(before + 2);
  context.store.close();
  expect(["-wal", "-shm"].filter((end) => existsSync(context.directory.database + end))).toEqual([]);
  // The other store could not close its own: there were locks on the file.
  expect(shmDescriptors()).toBe(1);
});

test("where commits cannot be noticed, each look-up reads the database", async () => {
  const { token, secret } = await context.create();
  const path = context.directory.database;
  const lookUps = new DigestLookUps(path, context.connect(), new OpenedFiles([path]));
  expect(lookUps.find(digestOf(secret))?.token.revokedAt).toBeNull();
  outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
  const found = [lookUps.find(digestOf(secret)), ...lookUps.findAll([digestOf(secret)])];
  expect(found.map((stored) => stored?.token.revokedAt)).toEqual([context.clock.now, context.clock.now]);
  expect(shmDescriptors()).toBe(1);
});

test("look-ups work again after the file could not be read for some time", async () => {
  const { secret } = await context.create();
  for (let count = 0; count < 100; count += 1) await context.create();
  context.store.checkpoint();
  context.reopen();
  context.store.findByDigest(new Uint8Array(32));
  const whole = readFileSync(context.directory.database);
  truncateSync(context.directory.database, 4096);
  expect(() => context.store.findByDigest(digestOf(secret))).toThrow(StoreUnavailable);
  writeFileSync(context.directory.database, whole);
  expect(context.store.findByDigest(digestOf(secret))).not.toBeNull();
});
