/** This store cannot be opened at all; the message says why, in a sentence for the operator. */
export class StoreUnusable extends Error {
  override readonly name: string = "StoreUnusable";
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
