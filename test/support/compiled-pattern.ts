import { compilePattern, type Pattern } from "../../src/tokens/listing/pattern.ts";

/** A pattern that must not be refused. */
export function compiled(source: string, caseInsensitive = false): Pattern {
  const pattern = compilePattern(source, caseInsensitive);
  if (typeof pattern === "string") throw new Error(`${source} ${pattern}`);
  return pattern;
}
