import type { PLACEHOLDER_IDS } from "../../src/http/openapi/placeholder-ids.ts";

/** The part of React that Swagger UI hands to its plugins. */
export interface React {
  readonly createElement: (type: unknown, props: object | null, ...children: unknown[]) => unknown;
}

/** The parts of a map of the Immutable library that Swagger UI keeps its state in. */
export interface ImmutableMap {
  readonly size: number;
  readonly get: (key: string) => unknown;
  readonly getIn: (keys: readonly string[]) => unknown;
  readonly toJS: () => unknown;
}

/** Ids of real tokens, by their use in the examples. */
export type KnownIds = Partial<Readonly<Record<keyof typeof PLACEHOLDER_IDS, string>>>;

/** The parts of Swagger UI's system that the plugins use. */
export interface System {
  readonly React: React;
  readonly authActions: { readonly showDefinitions: (definitions: unknown) => void };
  readonly authSelectors: {
    readonly authorized: () => ImmutableMap;
    readonly definitionsToAuthorize: () => unknown;
  };
  readonly errActions: {
    readonly clear: (those: { readonly authId: string }) => void;
    readonly newAuthErr: (error: Readonly<Record<"authId" | "source" | "level" | "message", string>>) => void;
  };
  /** An action of this page's own, from `example-ids.ts`. */
  readonly examplesActions: { readonly fillIds: (ids: KnownIds) => void };
  readonly layoutActions: {
    readonly updateFilter: (words: string) => void;
    readonly parseDeepLinkHash: (hash: string) => void;
  };
  readonly layoutSelectors: { readonly currentFilter: () => unknown };
  readonly oas3Actions: {
    readonly setRequestBodyValue: (body: {
      readonly value: string;
      readonly pathMethod: readonly [path: string, method: string];
    }) => void;
  };
  readonly oas3Selectors: { readonly requestBodyValue: (path: string, method: string) => unknown };
  readonly specActions: { readonly updateJsonSpec: (document: unknown) => void };
  readonly specSelectors: {
    readonly specJson: () => ImmutableMap;
    readonly taggedOperations: () => ImmutableMap;
  };
}

/** The props of a component of Swagger UI. */
export type Props = Readonly<Record<string, unknown>>;

/** Whether a value is an object with properties. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
