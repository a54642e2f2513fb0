import { constants, setPriority } from "node:os";
import type { Log } from "../log/log.ts";
import type { DataDirectory } from "../store/sqlite/file/data-directory.ts";
import { ownCommand } from "./self-command.ts";

/** By this exit code of `publisher check` the server learns of damage; a person gets 1, as for every failure. */
export const DAMAGE_EXIT_CODE = 3;

export interface BackgroundCheckParts {
  readonly directory: DataDirectory;
  readonly log: Log;
  /** Called for a damaged store. */
  readonly onDamage: () => void;
}

/**
 * Checks a store wholly while it is served, in a process of its own: SQLite checks in one step, which would keep
 * everything else waiting.
 */
export class BackgroundCheck {
  readonly #child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  #isStopped = false;

  /** Null where no process can be started, which is logged. */
  static start(parts: BackgroundCheckParts): BackgroundCheck | null {
    try {
      return new BackgroundCheck(parts);
    } catch (error) {
      parts.log.warn({ error }, "the store could not be checked");
      return null;
    }
  }

  private constructor(parts: BackgroundCheckParts) {
    const command = ownCommand(["check", "--tell-damage", "--data-dir", parts.directory.path]);
    this.#child = Bun.spawn(command, { env: {}, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
    yieldProcessor(this.#child.pid);
    void this.#follow(parts);
  }

  stop(): void {
    this.#isStopped = true;
    this.#child.kill("SIGKILL");
  }

  async #follow({ log, directory, onDamage }: BackgroundCheckParts): Promise<void> {
    const output = (await new Response(this.#child.stderr).text()).trim();
    const exitCode = await this.#child.exited;
    if (this.#isStopped) return;
    const store = directory.database;
    if (exitCode === 0) return log.info({ store }, "the store was checked and is sound");
    if (exitCode !== DAMAGE_EXIT_CODE) return log.warn({ store, output }, "the store could not be checked");
    onDamage();
    log.error({ store, output }, "the store is damaged: nothing is served of it any more; restore a backup");
  }
}

/**
 * The requests of the server come first. On a busy machine the check still gets a tenth of a core, and so ends soon. A
 * system without priorities shares the processor evenly.
 */
function yieldProcessor(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    return;
  }
}
