import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { Child } from "./child.ts";

/** Memory that all processes on a data directory share: how many revocations were answered, up to 255. */
export function answeredIn({ path }: DataDirectory): Uint8Array {
  const file = join(path, "answered");
  if (!existsSync(file)) writeFileSync(file, new Uint8Array(1));
  return Bun.mmap(file, { shared: true });
}

/** Another process on a data directory that revokes tokens. Its answers are seen at once. */
export class RevokingProcess extends Child {
  readonly #answered: Uint8Array;

  private constructor(directory: DataDirectory) {
    const answered = answeredIn(directory);
    super("revoke", directory.path);
    this.#answered = answered;
  }

  static async start(directory: DataDirectory): Promise<RevokingProcess> {
    const child = new RevokingProcess(directory);
    await child.line();
    return child;
  }

  get answered(): number {
    return this.#answered[0] ?? 0;
  }

  async revoke(id: string): Promise<void> {
    this.goOn(id);
    await this.line();
  }
}
