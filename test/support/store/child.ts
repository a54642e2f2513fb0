import { resolve } from "node:path";
import { TEST_LIMIT_MS } from "../patience.ts";

const SCRIPT = resolve(import.meta.dir, "store-process.ts");

/** A process of its own that acts on a data directory, as `store-process.ts` tells. */
export class Child implements AsyncDisposable {
  readonly #process: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: AsyncIterator<string>;

  constructor(act: string, directory: string) {
    this.#process = Bun.spawn([process.execPath, SCRIPT, act, directory], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
      timeout: TEST_LIMIT_MS,
    });
    this.#lines = linesOf(this.#process.stdout);
  }

  /** The next line that it writes; throws if it ends without one. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the process ended without a word");
    return value;
  }

  /** Lets it go on from where it waits, with a word to it. */
  goOn(word = ""): void {
    this.#process.stdin.write(`${word}\n`);
    this.#process.stdin.flush();
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
