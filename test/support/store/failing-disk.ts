import { existsSync, mkdirSync, realpathSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { TemporaryDirectory } from "../temporary.ts";

const DISK_BYTES = 32 * 1024 * 1024;

/** A file system of its own, which Linux makes read-only as it does after an error of the disk. */
export class FailingDisk implements Disposable {
  readonly path: string;
  readonly #directory = new TemporaryDirectory();
  #trigger = "";

  private constructor() {
    this.path = join(this.#directory.path, "disk");
    mkdirSync(this.path);
  }

  /** Null where that is not possible: it takes root, a loop device and an ext4 that lets errors be tried. */
  static mount(): FailingDisk | null {
    const disk = new FailingDisk();
    if (disk.#mount()) return disk;
    disk[Symbol.dispose]();
    return null;
  }

  /** As an error of the disk does. https://www.kernel.org/doc/html/latest/admin-guide/ext4.html (trigger_fs_error) */
  turnReadOnly(): void {
    writeFileSync(this.#trigger, "1\n");
  }

  [Symbol.dispose](): void {
    Bun.spawnSync(["umount", "-l", this.path]);
    this.#directory[Symbol.dispose]();
  }

  #mount(): boolean {
    const image = join(this.#directory.path, "image");
    writeFileSync(image, "");
    truncateSync(image, DISK_BYTES);
    if (!succeeds(["mkfs.ext4", "-q", "-F", image])) return false;
    if (!succeeds(["mount", "-o", "loop,errors=remount-ro", image, this.path])) return false;
    const { stdout } = Bun.spawnSync(["findmnt", "-n", "-o", "SOURCE", this.path]);
    const device = stdout.toString().trim();
    if (!existsSync(device)) return false;
    this.#trigger = `/sys/fs/ext4/${basename(realpathSync(device))}/trigger_fs_error`;
    return existsSync(this.#trigger);
  }
}

function succeeds(command: readonly string[]): boolean {
  return Bun.which(command[0] ?? "") !== null && Bun.spawnSync([...command]).exitCode === 0;
}
