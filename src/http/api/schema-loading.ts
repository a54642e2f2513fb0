import { inTurns, loadArkType } from "../body/arktype-loading.ts";

/** Loads the schemas of all bodies in small steps, before the first body needs one. */
export async function loadSchemas(): Promise<void> {
  await loadArkType();
  await inTurns([
    () => import("./values.ts"),
    () => import("./api-token-bodies.ts"),
    () => import("./usage-request.ts"),
    () => import("../lists/list-body.ts"),
    () => import("./introspection-request.ts"),
  ]);
}
