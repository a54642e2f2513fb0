import type { Answer } from "../http/api.ts";
import { rawRequest } from "../http/exchange.ts";

/** Fields of a request in order; names in lower case. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** What a client sends to a proxy. */
export interface Client {
  readonly method: string;
  readonly target: string;
  readonly fields: Fields;
}

/** A proxy that cannot be run here. It does what its documentation says, by the configuration that is printed. */
export interface PlayedProxy {
  /** What it asks Publisher, byte for byte; null where it refuses the client without a question. */
  readonly question: (client: Client) => string | null;
  /** What the service gets, once Publisher has answered; null where it gets nothing. */
  readonly passed: (client: Client, answer: Pick<Answer, "status" | "headers">) => Fields | null;
}

export function valuesOf(fields: Fields, name: string): readonly string[] {
  return fields.filter(([each]) => each === name.toLowerCase()).map(([, value]) => value);
}

/** The fields with this one alone under its name, or none where the value is null. */
export function withField(fields: Fields, name: string, value: string | null): Fields {
  const lower = name.toLowerCase();
  const others = fields.filter(([each]) => each !== lower);
  return value === null ? others : [...others, [lower, value]];
}

/** The fields with those that an answer has under these names, in place of what the client sent. */
export function withAnswered(fields: Fields, names: readonly string[], answered: Headers): Fields {
  return names.reduce((all, name) => withField(all, name, answered.get(name)), fields);
}

export function questionOf(method: string, target: string, fields: Fields): string {
  return rawRequest({ method, target, fields: fields.map(([name, value]) => `${name}: ${value}`) });
}
