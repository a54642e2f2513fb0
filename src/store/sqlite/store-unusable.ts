/** This store cannot be opened at all; the message says why, in a sentence for the operator. */
export class StoreUnusable extends Error {
  override readonly name: string = "StoreUnusable";
}

/** There is a file, and its beginning is not that of a store. */
export class NoStore extends StoreUnusable {
  override readonly name = "NoStore";
  /** The same as the message begins, for the end of a sentence. */
  readonly fault: string;

  constructor(path: string, next: string) {
    const fault = `${path} is not a Publisher store, or its beginning is damaged`;
    super(`${fault}. It was left as it is.${next}`);
    this.fault = fault;
  }
}

/** The content of this store is wrong, while its disk can be read. */
export class StoreDamaged extends StoreUnusable {
  override readonly name = "StoreDamaged";
  /** Everything that was found, a line each; the message has the first. */
  readonly faults: readonly string[];

  constructor(message: string, faults: readonly string[]) {
    super(message);
    this.faults = faults;
  }
}
