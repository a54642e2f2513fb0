import type { JsonSchema } from "../body/arktype.ts";

/** A schema, or any part of one, as JSON. */
export type Json = { readonly [key: string]: unknown };

/** What is known of an ArkType that has a name in the document. */
export interface NamedType {
  readonly type: {
    readonly internal: { readonly id: string };
    toJsonSchema(options: object): JsonSchema;
  };
  /** Added to the schema: what it is for, examples, and what a predicate checks that no type says. */
  readonly about: Json & { readonly description: string };
  /** What each property is, where its own schema does not say. */
  readonly properties?: Readonly<Record<string, string>>;
}

export type NamedTypes = Readonly<Record<string, NamedType>>;

const DEFINITIONS = "#/$defs/";

/** JSON Schemas of ArkTypes, which refer to each other as the components of an OpenAPI document do. */
export function componentSchemas(types: NamedTypes): Readonly<Record<string, Json>> {
  const names = new Map(Object.entries(types).map(([name, { type }]) => [type.internal.id, name]));
  return Object.fromEntries(
    Object.entries(types).map(([name, named]) => [name, described(schemaOf(named, names), named)]),
  );
}

/** Elsewhere a named type becomes a reference; here, where it is defined, it is written out. */
function schemaOf({ type }: NamedType, names: ReadonlyMap<string, string>): Json {
  const whole = asJson(
    type.toJsonSchema({
      dialect: null,
      useRefs: true,
      fallback: { predicate: ({ base }: { base: JsonSchema }) => base },
    }),
  );
  const { $defs = {}, ...root } = whole;
  const definitions = asJson($defs);
  const own = root.$ref === DEFINITIONS + type.internal.id ? definitions[type.internal.id] : root;
  return asJson(withReferences(own, definitions, names));
}

function withReferences(part: unknown, definitions: Json, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(part)) return part.map((item) => withReferences(item, definitions, names));
  if (typeof part !== "object" || part === null) return part;
  const { $ref, ...rest } = asJson(part);
  if (typeof $ref === "string") {
    const id = $ref.slice(DEFINITIONS.length);
    const name = names.get(id);
    return name === undefined
      ? withReferences({ ...asJson(definitions[id]), ...rest }, definitions, names)
      : { $ref: `#/components/schemas/${name}`, ...rest };
  }
  const mapped = Object.entries(rest).map(([key, value]) => [key, withReferences(value, definitions, names)]);
  return typed(Object.fromEntries(mapped));
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

function described(schema: Json, { about, properties = {} }: NamedType): Json {
  const { description, ...more } = about;
  const own = asJson(schema.properties ?? {});
  const missing = Object.keys(properties).filter((key) => !(key in own));
  if (missing.length > 0) throw new Error(`there is no property ${missing.join(", ")} to describe`);
  const explained = Object.entries(own).map(([key, value]) => {
    const sentence = properties[key];
    return [key, sentence === undefined ? value : { ...asJson(value), description: sentence }];
  });
  const rest = "properties" in schema ? { properties: Object.fromEntries(explained) } : {};
  return { description, ...schema, ...rest, ...more };
}

function asJson(value: unknown): Json {
  if (typeof value === "object" && value !== null) return { ...value };
  throw new Error("a schema is not an object");
}
