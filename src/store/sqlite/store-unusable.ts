/** The store cannot be opened. The message is a sentence for the operator. */
export class StoreUnusable extends Error {
  override readonly name: string = "StoreUnusable";
}

/** The file does not begin as a store does. */
export class NoStore extends StoreUnusable {
  override readonly name = "NoStore";
  /** The reason alone, for the end of a sentence. */
  readonly fault: string;

  constructor(path: string, next: string) {
    const fault = `${path} is not a Publisher store, or its beginning is damaged`;
    super(`${fault}. It was left as it is.${next}`);
    this.fault = fault;
  }
}

/** The disk can be read, and the content of the store is wrong. */
export class StoreDamaged extends StoreUnusable {
  override readonly name = "StoreDamaged";
  /** All faults, one a line. The message has the first. */
  readonly faults: readonly string[];

  constructor(message: string, faults: readonly string[]) {
    super(message);
    this.faults = faults;
  }
}
