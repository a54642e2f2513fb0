import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const SCHEMAS = resolve(import.meta.dir, "../../store/schemas");

/** A store of each schema that a version had, as the text that makes it. */
export const OLD_SCHEMAS: readonly { readonly version: number; readonly sql: string }[] = readdirSync(SCHEMAS)
  .sort()
  .map((name) => ({ version: Number.parseInt(name, 10), sql: readFileSync(join(SCHEMAS, name), "utf8") }));

/** The text that makes a store of one schema. */
export function schemaText(version: number): string {
  const found = OLD_SCHEMAS.find((schema) => schema.version === version);
  if (found === undefined) throw new Error(`there is no schema ${version}`);
  return found.sql;
}
