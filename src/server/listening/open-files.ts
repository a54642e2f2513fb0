import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";

const OWN_DESCRIPTORS = "/proc/self/fd";
const OWN_LIMITS = "/proc/self/limits";

/** The most descriptors that are reserved for the store. */
const SPARE_LIMIT = 32;

/** The share of all descriptors that is reserved for the store where there are few. */
const SPARE_PART = 8;

/** The descriptors of this process, of which each connection and each open file takes one. Only Linux lists them. */
export class OpenFiles {
  /** How many there may be: proc_pid_limits(5). */
  readonly limit: number;
  /** Held by nothing, so that the store can open files where connections take all others. */
  readonly #spares: number[] = [];
  readonly #spareCount: number;

  private constructor(limit: number) {
    this.limit = limit;
    this.#spareCount = Math.min(SPARE_LIMIT, Math.floor(limit / SPARE_PART));
  }

  /** Null where the system does not list them. */
  static ofThisProcess(): OpenFiles | null {
    const limit = softLimit();
    return limit === null ? null : new OpenFiles(limit);
  }

  /** How many there are, those that are spared included. */
  get count(): number {
    // Since Linux 6.2 this is the number of them; it was 0 before, and there counting takes a descriptor itself.
    const { size } = statSync(OWN_DESCRIPTORS);
    return size > 0 ? size : counted(this.limit);
  }

  /** Whether connections have taken nearly all of them. */
  get areNearlyAllTaken(): boolean {
    return this.limit - this.count <= this.#spareCount;
  }

  /** Whether not even one more connection can be accepted and answered. */
  get areAllTaken(): boolean {
    return this.limit - this.count <= 1;
  }

  /** Whether nearly all of them would be taken without any connection too. */
  get areNearlyAllTakenByFiles(): boolean {
    return this.limit - countedFiles() <= this.#spareCount;
  }

  /** Reserves some, as many as there are left. */
  spare(): void {
    try {
      while (this.#spares.length < this.#spareCount) this.#spares.push(openSync("/dev/null", "r"));
    } catch {
      return;
    }
  }

  /** Frees the reserved ones for the store. */
  release(): void {
    for (const descriptor of this.#spares.splice(0)) closeSync(descriptor);
  }
}

function softLimit(): number | null {
  try {
    const found = /^Max open files +(\d+)/m.exec(readFileSync(OWN_LIMITS, "utf8"))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}

function counted(limit: number): number {
  try {
    return readdirSync(OWN_DESCRIPTORS).length;
  } catch {
    return limit;
  }
}

/** How many there are that are no sockets; 0 where none is left to count with. */
function countedFiles(): number {
  try {
    return readdirSync(OWN_DESCRIPTORS).filter((name) => !isSocket(`${OWN_DESCRIPTORS}/${name}`)).length;
  } catch {
    return 0;
  }
}

/** The descriptor that counts is closed by now: it is none. */
function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith("socket:");
  } catch {
    return false;
  }
}
