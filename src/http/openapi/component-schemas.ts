import type { JsonSchema } from "../body/arktype.ts";

/** A schema, or any part of one, as JSON. */
export type Json = { readonly [key: string]: unknown };

/** An ArkType that has a name in the document. */
interface NamedSchema {
  readonly internal: { readonly id: string };
  toJsonSchema(options: object): JsonSchema;
}

export type NamedSchemas = Readonly<Record<string, NamedSchema>>;

interface Names {
  readonly byId: ReadonlyMap<string, string>;
  /** The names of schemas by their JSON without texts: a property may describe a named schema in words of its own. */
  readonly byForm: ReadonlyMap<string, string>;
}

const DEFINITIONS = "#/$defs/";

/** JSON Schemas of ArkTypes, which refer to each other as the components of an OpenAPI document do. */
export function componentSchemas(schemas: NamedSchemas): Readonly<Record<string, Json>> {
  const parsed = Object.entries(schemas).map(([name, schema]) => ({ name, ...definitionOf(schema) }));
  const names: Names = {
    byId: new Map(parsed.map(({ id, name }) => [id, name])),
    byForm: new Map(parsed.map(({ own, name }) => [formOf(own), name])),
  };
  return Object.fromEntries(
    parsed.map(({ name, own, definitions }) => {
      const { description, ...rest } = mapped(own, definitions, names);
      if (typeof description !== "string") throw new Error(`the schema ${name} has no description`);
      return [name, { description, ...rest }];
    }),
  );
}

/** A schema as ArkType writes it, with the definitions that it refers to. */
function definitionOf(schema: NamedSchema) {
  const { id } = schema.internal;
  const whole = asJson(
    schema.toJsonSchema({
      dialect: null,
      useRefs: true,
      fallback: { predicate: ({ base }: { base: JsonSchema }) => base },
    }),
  );
  const { $defs = {}, ...root } = whole;
  const definitions = asJson($defs);
  return { id, definitions, own: root.$ref === DEFINITIONS + id ? asJson(definitions[id]) : root };
}

function formOf({ description: _, examples: __, ...schema }: Json): string {
  return JSON.stringify(schema);
}

function mapped(schema: Json, definitions: Json, names: Names): Json {
  const entries = Object.entries(schema).map(([key, value]) => [
    key,
    withReferences(value, definitions, names),
  ]);
  return typed(Object.fromEntries(entries));
}

/** A named schema becomes a reference. Any other is written out. */
function withReferences(part: unknown, definitions: Json, names: Names): unknown {
  if (Array.isArray(part)) return part.map((item) => withReferences(item, definitions, names));
  if (typeof part !== "object" || part === null) return part;
  const { $ref, ...rest } = asJson(part);
  if (typeof $ref !== "string") return mapped(rest, definitions, names);
  const id = $ref.slice(DEFINITIONS.length);
  const named = names.byId.get(id);
  if (named !== undefined) return { ...referenceTo(named), ...rest };
  const definition = asJson(definitions[id]);
  const { description } = definition;
  const described = names.byForm.get(formOf(definition));
  return described === undefined
    ? mapped({ ...definition, ...rest }, definitions, names)
    : { ...referenceTo(described), ...(description === undefined ? {} : { description }) };
}

function referenceTo(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

/**
 * Adds the type of constants, which ArkType leaves out and some generators of clients need. A Boolean constant becomes
 * a list of one value: oazapfts takes `const: false` for any Boolean.
 */
function typed({ const: constant, ...schema }: Json): Json {
  if (typeof constant === "boolean") return { type: "boolean", enum: [constant], ...schema };
  if (constant !== undefined) return { ...typeOf([constant]), const: constant, ...schema };
  return Array.isArray(schema.enum) ? { ...typeOf(schema.enum), ...schema } : schema;
}

function typeOf(values: readonly unknown[]): Json {
  return values.every((value) => typeof value === "string") ? { type: "string" } : {};
}

function asJson(value: unknown): Json {
  if (typeof value === "object" && value !== null) return { ...value };
  throw new Error("a schema is not an object");
}
