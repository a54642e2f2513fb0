/**
 * What another process does to a data directory while a test looks on: run with the name of one of the acts below
 * and the directory. It writes a line when it has got there and goes on when it gets one.
 */
import { Database } from "bun:sqlite";
import { createInterface } from "node:readline";
import { DataDirectory } from "../../src/store/data-directory.ts";
import { ServerLock } from "../../src/store/server-lock.ts";
import { SqliteTokenStore } from "../../src/store/sqlite-token-store.ts";

/** A user and group that may do nothing of its own, on most systems. */
const NOBODY = 65_534;

/** Longer than the store waits where the event loop stands still, and much shorter than where it does not. */
const HOLD_MS = 150;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function goOn(): Promise<void> {
  await lines.next();
}

function open(directory: DataDirectory): void {
  try {
    directory.make();
    const store = SqliteTokenStore.open(directory);
    tell(`opened ${store.cursorKey.toHex()}`);
    store.close();
  } catch (error) {
    tell(String(error));
  }
}

/** Holds a transaction for a little longer, once it is told to go on: others are to meet it. */
async function holdTransaction(directory: DataDirectory, kind: "IMMEDIATE" | "EXCLUSIVE"): Promise<void> {
  const database = new Database(directory.database);
  database.run(`BEGIN ${kind}`);
  tell("holding");
  await goOn();
  await Bun.sleep(HOLD_MS);
  database.run("COMMIT");
  database.close();
}

/** Each act, by its name. */
const acts: Readonly<Record<string, (directory: DataDirectory) => Promise<void> | void>> = {
  async holdServerLock(directory) {
    ServerLock.take(directory);
    tell(`process ${process.pid}`);
    await goOn();
  },

  async open(directory) {
    tell("ready");
    await goOn();
    open(directory);
  },

  async prepareChange(directory) {
    await holdTransaction(directory, "IMMEDIATE");
  },

  async commitChange(directory) {
    await holdTransaction(directory, "EXCLUSIVE");
  },

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
