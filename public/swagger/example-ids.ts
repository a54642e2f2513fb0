import { PLACEHOLDER_IDS } from "../../src/http/openapi/placeholder-ids.ts";
import { isRecord, type KnownIds, type System } from "./system.ts";

type Ids = Required<KnownIds>;
type SetResponse = (path: string, method: string, response: unknown) => unknown;

/**
 * Makes the examples of requests work unedited: those that read have the id of the caller's own token, and those that
 * change a token have the id of the last token that was created on this page.
 */
export const exampleIds = () => {
  let ids: Ids = PLACEHOLDER_IDS;
  let original: string | null = null;
  const fill = (system: System, known: KnownIds) => {
    ids = { ...ids, ...known };
    original ??= JSON.stringify(system.specSelectors.specJson().toJS());
    const document = JSON.parse(withIds(original, ids));
    system.specActions.updateJsonSpec(document);
    fillBodies(system, document.paths, ids);
  };
  const setResponse =
    (set: SetResponse, system: System) => (path: string, method: string, answer: unknown) => {
      const result = set(path, method, answer);
      const created = path.endsWith("/api-token/create") ? createdId(answer) : null;
      if (created !== null) fill(system, { created });
      return result;
    };
  return {
    statePlugins: {
      examples: { actions: { fillIds: (known: KnownIds) => (system: System) => fill(system, known) } },
      spec: { wrapActions: { setResponse } },
    },
  };
};

/** Fills in the bodies that are shown already: Swagger UI keeps those as they are. */
function fillBodies(
  { oas3Actions, oas3Selectors }: System,
  paths: Readonly<Record<string, object>>,
  ids: Ids,
): void {
  for (const [path, operations] of Object.entries(paths))
    for (const method of Object.keys(operations)) {
      const body = oas3Selectors.requestBodyValue(path, method);
      if (typeof body !== "string" || body === withIds(body, ids)) continue;
      oas3Actions.setRequestBodyValue({ value: withIds(body, ids), pathMethod: [path, method] });
    }
}

/** A text with ids in the place of the placeholders. */
function withIds(text: string, { own, created }: Ids): string {
  return text.replaceAll(PLACEHOLDER_IDS.own, own).replaceAll(PLACEHOLDER_IDS.created, created);
}

/** The id of the token in an answer of `api-token/create`; null for a failure. */
function createdId(answer: unknown): string | null {
  if (!isRecord(answer) || answer.status !== 200 || typeof answer.text !== "string") return null;
  const token: unknown = JSON.parse(answer.text);
  return isRecord(token) && typeof token.id === "string" ? token.id : null;
}
