import type { Awaitable } from "../../tokens/awaitable.ts";
import type { Reading } from "./typed-body.ts";

/** Reads the parsed JSON of a body. It returns a promise while its schema is loading. */
export type BodyReader<Body> = (value: object) => Awaitable<Reading<Body>>;

/**
 * A reader that loads its schema with the first body. ArkType and the schemas take longer to load than everything else
 * that the first requests of a server need. The event loop must not turn meanwhile: Bun closes a connection if its next
 * request arrives before the answer.
 */
export function lazyReader<Body>(load: () => Promise<(value: object) => Reading<Body>>): BodyReader<Body> {
  let read: ((value: object) => Reading<Body>) | null = null;
  return (value) => read?.(value) ?? firstReading(value);

  async function firstReading(value: object): Promise<Reading<Body>> {
    read = await load();
    return read(value);
  }
}
