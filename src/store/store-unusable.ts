/** This store cannot be opened at all; the message says why, in a sentence for the operator. */
export class StoreUnusable extends Error {
  override readonly name = "StoreUnusable";
}
