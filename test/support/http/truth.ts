import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { FAILURES, MethodNotAllowed } from "../../../src/http/api/responses/failures.ts";
import { OAuthError } from "../../../src/http/api/responses/introspection.ts";
import { type } from "../../../src/http/body/arktype.ts";
import { openapiDocument } from "../../../src/http/openapi/document.ts";
import type { Answer } from "./api.ts";

/** The parts of a request that the document describes. */
export interface Asked {
  readonly method: string;
  /** With or without a query. */
  readonly path: string;
  readonly body?: string | Uint8Array;
}

const Media = type({ schema: "object", examples: { "[string]": { summary: "string", value: "object" } } });
const Content = type({ "application/json?": Media, "application/x-www-form-urlencoded?": Media });
const Header = type({ "$ref?": "string", "required?": "boolean", "schema?": "object" });
const Response = type({ "$ref?": "string", "headers?": { "[string]": Header }, "content?": Content });
const Operation = type({
  operationId: "string",
  "requestBody?": { content: Content },
  "parameters?": "object[]",
  responses: { "[string]": Response },
});
const Document = type({
  paths: { "[string]": { "[string]": Operation } },
  components: {
    schemas: { "[string]": "object" },
    headers: { "[string]": Header },
    responses: { "[string]": Response },
  },
});

/** The forms of a failure, also for unknown paths. */
const Failure = Object.values(FAILURES)
  .reduce((all, { schema }) => all.or(schema), MethodNotAllowed)
  .onDeepUndeclaredKey("reject");

/** Failures on this path have the form of OAuth's errors. */
const INTROSPECTION = "/oauth2/introspect";
const OAuthFailure = OAuthError.onDeepUndeclaredKey("reject");

/** Compares answers with the OpenAPI document. */
export class Truth {
  readonly document: typeof Document.infer;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<object, ValidateFunction>();

  private constructor(document: typeof Document.infer) {
    this.document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: "document:", components: closed(document.components) });
  }

  static async read(): Promise<Truth> {
    return new Truth(Document.assert(await openapiDocument()));
  }

  /** Returns the differences between the answer and the document. On an unknown path every failure is allowed. */
  contradictions(asked: Asked, answer: Answer): readonly string[] {
    const isHead = asked.method === "HEAD";
    const operation = this.#operation(asked);
    if (operation === undefined)
      return isHead || answer.status < 400 ? [] : failureFaults(asked.path, answer.json);
    const response = this.#resolved(operation.responses[String(answer.status)]);
    if (response === undefined) return [`there is no answer ${answer.status}`];
    return [
      ...this.#headerFaults(response.headers ?? {}, answer.headers),
      ...(isHead ? [] : this.#bodyFaults(response.content, answer)),
      ...(answer.status === 200 ? this.#requestFaults(operation.requestBody?.content, asked.body) : []),
    ];
  }

  /** Returns the faults of a value by a schema of the document. */
  faults(schema: object, value: unknown, name: string): readonly string[] {
    const validate = this.#validators.get(schema) ?? this.#ajv.compile(absolute(schema));
    this.#validators.set(schema, validate);
    if (validate(value) === true) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath} ${message}`);
  }

  #operation({ method, path }: Asked): typeof Operation.infer | undefined {
    const asked = path.replace(/\?.*$/, "");
    if (/^\/forward-auth\/[^/]/.test(asked)) {
      const isReading = ["GET", "HEAD", "OPTIONS"].includes(method);
      return this.document.paths["/forward-auth/{audience}"]?.[isReading ? "get" : "post"];
    }
    return this.document.paths[asked]?.[method === "HEAD" ? "get" : method.toLowerCase()];
  }

  #resolved(response: typeof Response.infer | undefined): typeof Response.infer | undefined {
    const name = response?.$ref?.split("/").at(-1);
    return name === undefined ? response : this.document.components.responses[name];
  }

  #headerFaults(documented: Readonly<Record<string, typeof Header.infer>>, sent: Headers): readonly string[] {
    return Object.entries(documented).flatMap(([name, header]) => {
      const { required, schema = {} } = header.$ref === undefined ? header : this.#named(header.$ref);
      const text = sent.get(name);
      if (text === null) return required === true ? [`the header ${name} is missing`] : [];
      const isNumber = "type" in schema && schema.type === "integer";
      return this.faults(schema, isNumber ? Number(text) : text, `the header ${name}`);
    });
  }

  #named(reference: string): typeof Header.infer {
    return this.document.components.headers[reference.split("/").at(-1) ?? ""] ?? {};
  }

  #bodyFaults(content: typeof Content.infer | undefined, { headers, json, text }: Answer): readonly string[] {
    const media = content?.["application/json"];
    if (media === undefined) return text === "" ? [] : ["there is a body"];
    if (headers.get("content-type") !== "application/json") return ["the body is not JSON"];
    return this.faults(media.schema, json, "the answer");
  }

  #requestFaults(content: typeof Content.infer | undefined, body: Asked["body"]): readonly string[] {
    const text = new TextDecoder().decode(typeof body === "string" ? Buffer.from(body) : body);
    const [type, media] = Object.entries(content ?? {})[0] ?? [];
    if (media === undefined) return [];
    const value = type === "application/json" ? JSON.parse(text) : formOf(text);
    return this.faults(media.schema, value, "the accepted request");
  }
}

/** The parameters of a form. One without a value counts as left out. */
function formOf(text: string): object {
  return Object.fromEntries([...new URLSearchParams(text)].filter(([, value]) => value !== ""));
}

const reading = Truth.read();

/** Throws if the answer differs from the OpenAPI document. */
export async function requireTruth(asked: Asked, answer: Answer): Promise<void> {
  const contradictions = (await reading).contradictions(asked, answer);
  if (contradictions.length === 0) return;
  throw new Error(
    `${asked.method} ${asked.path} answered ${answer.status} ${answer.text}, and the document says otherwise: ${contradictions.join("; ")}`,
  );
}

function failureFaults(path: string, body: unknown): readonly string[] {
  const failure = path.replace(/\?.*$/, "") === INTROSPECTION ? OAuthFailure(body) : Failure(body);
  return failure instanceof type.errors ? [failure.summary] : [];
}

/** The document allows unknown properties, for later versions. An answer of this version has none. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== "object" || part === null) return part;
  const mapped = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]));
  return mapped.type === "object" ? { additionalProperties: false, ...mapped } : mapped;
}

function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', '"$ref":"document:#'));
}
