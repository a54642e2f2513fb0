import { closeSync, mkdirSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { TemporaryDirectory } from "../temporary.ts";

/** A file system of its own, of a few megabytes, which can be filled to its last byte. */
export class SmallDisk implements Disposable {
  readonly path: string;
  readonly #directory = new TemporaryDirectory();

  private constructor() {
    this.path = join(this.#directory.path, "disk");
    mkdirSync(this.path);
  }

  /** Null where nothing may be mounted: only root may, and not in every container. */
  static mount(megabytes = 16): SmallDisk | null {
    const disk = new SmallDisk();
    const mount = ["mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "tmpfs", disk.path];
    const { exitCode } = Bun.spawnSync(mount);
    if (exitCode === 0) return disk;
    disk.#directory[Symbol.dispose]();
    return null;
  }

  /** Whether `mount` works; if not, prints the skipped tests on stderr. */
  static canMount(skipped: string): boolean {
    using disk = SmallDisk.mount();
    if (disk === null) process.stderr.write(`skipped, as nothing may be mounted: ${skipped}\n`);
    return disk !== null;
  }

  /** Takes all the space that is left. */
  fill(): void {
    const file = openSync(this.#filler, "a");
    try {
      const block = Buffer.alloc(4096);
      while (writeSync(file, block) > 0);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Gives as many bytes back of those that `fill` took. */
  spare(bytes: number): void {
    truncateSync(this.#filler, statSync(this.#filler).size - bytes);
  }

  /** Gives the space back that `fill` took. */
  free(): void {
    rmSync(this.#filler);
  }

  [Symbol.dispose](): void {
    Bun.spawnSync(["umount", "-l", this.path]);
    this.#directory[Symbol.dispose]();
  }

  get #filler(): string {
    return join(this.path, "filler");
  }
}
