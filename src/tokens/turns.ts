/**
 * Lets any number of readers work at once, and a writer alone. Each waits for those who came before it: so a writer
 * waits for the readers under way, and a reader for a writer who waits.
 */
export class Turns {
  #readers: Promise<unknown> = Promise.resolve();
  #writer: Promise<unknown> = Promise.resolve();

  async read<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#writer.then(work);
    this.#readers = Promise.allSettled([this.#readers, done]);
    return await done;
  }

  async write<T>(work: () => Promise<T>): Promise<T> {
    const done = Promise.allSettled([this.#readers, this.#writer]).then(work);
    this.#writer = done.catch(() => undefined);
    return await done;
  }
}
