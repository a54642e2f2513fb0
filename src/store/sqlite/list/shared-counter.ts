/** A number that every thread of the process sees. */
export class SharedCounter {
  readonly shared: Int32Array<SharedArrayBuffer>;

  constructor(shared = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))) {
    this.shared = shared;
  }

  get value(): number {
    return Atomics.load(this.shared, 0);
  }

  increment(): void {
    Atomics.add(this.shared, 0, 1);
  }
}
