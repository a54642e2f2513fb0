import { expect, test } from "bun:test";
import { makeLog } from "../../src/log/log.ts";
import { RevocationLogging } from "../../src/server/revocation-logging.ts";
import type { LogChange } from "../../src/store/sqlite/revocation-log/revocation-log.ts";

const HOUR_MS = 3_600_000;
const NEVER_MS = 2 ** 31 - 1;

/** A file that another program changes, on a clock that stands still, and every line of the server's log. */
class Logged {
  nowMs = 0;
  missing: readonly string[] = [];
  #next: readonly LogChange[] | Error = [];
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  readonly logging = new RevocationLogging({
    file: {
      path: "/log",
      knows: () => false,
      missing: () => this.missing,
      catchUp: () => {
        const next = this.#next;
        if (next instanceof Error) throw next;
        return next;
      },
    },
    log: makeLog("info", { write: (line) => void this.lines.push(JSON.parse(line)) }),
    clock: () => this.nowMs,
    everyMs: NEVER_MS,
  });

  /** Catches up with these changes. Returns the new messages of the log. */
  catchUp(next: readonly LogChange[] | Error): readonly string[] {
    this.#next = next;
    const { length } = this.lines;
    this.logging.catchUp();
    return this.messages.slice(length);
  }

  get messages(): readonly string[] {
    return this.lines.map(({ message }) => String(message));
  }
}

const GONE = expect.stringMatching(/: lines of this store had gone from its end, and were written again$/);
const OTHER = expect.stringMatching(/: another store writes to it too, .* Give each store a log of its own$/);

test("a change of the revocation log by another program is logged once until there was none for an hour", () => {
  const logged = new Logged();
  expect(logged.catchUp(["lines of another store"])).toEqual([OTHER]);
  for (let count = 0; count < 5; count += 1) {
    logged.nowMs += HOUR_MS - 1;
    expect(logged.catchUp(["lines of another store"])).toEqual([]);
  }
  logged.nowMs += HOUR_MS + 1;
  expect(logged.catchUp([])).toEqual([]);
  expect(logged.catchUp(["lines of another store"])).toEqual([OTHER]);
});

test("each kind of change of the revocation log has a sentence of its own", () => {
  const logged = new Logged();
  expect(logged.catchUp(["lines gone"])).toEqual([GONE]);
  expect(logged.catchUp(["lines gone", "lines of another store"])).toEqual([OTHER]);
});

test("a server that stops names the tokens that the revocation log lacks, and says nothing where it lacks none", () => {
  const logged = new Logged();
  expect(logged.catchUp(new Error("EIO"))).toHaveLength(1);
  logged.logging.stop();
  expect(logged.lines).toHaveLength(1);
  logged.missing = ["atok_1"];
  logged.logging.stop();
  expect(logged.lines.at(-1)).toMatchObject({ level: "error", tokens: ["atok_1"] });
});
