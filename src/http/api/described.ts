declare global {
  interface ArkEnv {
    /** Keywords of JSON Schema that the document needs and ArkType cannot derive. */
    meta(): {
      readonly pattern?: string;
      readonly maxLength?: number;
      readonly additionalProperties?: boolean;
    };
  }
}

/** The texts and keywords that a schema has in the OpenAPI document besides its form. */
type Description = string | ({ readonly description: string } & Partial<ArkEnv.meta>);

interface Describable {
  configure(description: Description, selector: "self"): this;
}

/** The schema with its description. ArkType by itself would describe the members of a union too. */
export function described<Schema extends Describable>(schema: Schema, description: Description): Schema {
  return schema.configure(description, "self");
}
