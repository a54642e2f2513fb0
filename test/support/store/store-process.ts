/**
 * Another process on the data directory of a test. Its arguments are the name of an act below and the directory. It writes
 * a line when it waits, and goes on when it reads one.
 */
import { Database } from "bun:sqlite";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { ServerLock } from "../../../src/store/sqlite/file/server-lock.ts";
import { SqliteTokenStore } from "../../../src/store/sqlite/sqlite-token-store.ts";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { TokenService } from "../../../src/tokens/token-service.ts";
import { answeredIn } from "./revoking-process.ts";

/** A user and group that may do nothing of its own, on most systems. */
const NOBODY = 65_534;

/** Longer than the store waits where the event loop stands still, and much shorter than where it does not. */
const HOLD_MS = 150;

/** Enough for others to meet it in each state. */
const ROUNDS = 50;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function goOn(): Promise<string> {
  return (await lines.next()).value ?? "";
}

function open(directory: DataDirectory): void {
  try {
    directory.make();
    const store = SqliteTokenStore.open(directory);
    report(`opened ${store.cursorKey.toHex()}`);
    store.close();
  } catch (error) {
    report(String(error));
  }
}

/** Holds a transaction for a little longer, once it is told to go on: others are to meet it. */
async function holdTransaction(directory: DataDirectory, kind: "IMMEDIATE" | "EXCLUSIVE"): Promise<void> {
  const database = new Database(directory.database);
  database.run(`BEGIN ${kind}`);
  report("holding");
  await goOn();
  await Bun.sleep(HOLD_MS);
  database.run("COMMIT");
  database.close();
}

/** Revokes each token that it is told the id of, and counts those that are, where others can see it at once. */
async function revoke(directory: DataDirectory): Promise<void> {
  const store = SqliteTokenStore.open(directory);
  const { cursorKey } = store;
  const unheard = () => undefined;
  const parts = { store, clock: Date.now, random: randomBytes, cursorKey };
  const tokens = new TokenService({ ...parts, onChange: unheard, onUse: unheard, onReuse: unheard });
  const answered = answeredIn(directory);
  report("ready");
  for (let id = await goOn(); id !== ""; id = await goOn()) {
    await tokens.revoke(id, COMMAND_LINE);
    answered[0] = (answered[0] ?? 0) + 1;
    report("revoked");
  }
}

/** Each act, by its name. */
const acts: Readonly<Record<string, (directory: DataDirectory) => Promise<void> | void>> = {
  async holdServerLock(directory) {
    ServerLock.take(directory);
    report(`process ${process.pid}`);
    await goOn();
  },

  async open(directory) {
    report("ready");
    await goOn();
    open(directory);
  },

  openAgainAndAgain(directory) {
    for (let round = 0; round < ROUNDS; round += 1) SqliteTokenStore.open(directory).close();
    report(`opened ${ROUNDS} times`);
  },

  prepareChange: (directory) => holdTransaction(directory, "IMMEDIATE"),
  commitChange: (directory) => holdTransaction(directory, "EXCLUSIVE"),
  revoke,

  openUnprivileged(directory) {
    if (process.getuid?.() === 0) {
      process.setgid?.(NOBODY);
      process.setuid?.(NOBODY);
    }
    open(directory);
  },
};

const [act = "", path = ""] = process.argv.slice(2);
await acts[act]?.(new DataDirectory(path));
process.exit();
