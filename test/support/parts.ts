/** Pages that come one after the other, as from a store. */
export async function* inTurn<Page>(...pages: readonly Page[]): AsyncGenerator<Page> {
  yield* pages;
}

/** All parts of a text together. */
export async function joined(parts: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(parts)).join("");
}
