import { ARKTYPE_MODULES } from "../body/arktype-modules.ts";

const MODULES: readonly (() => Promise<unknown>)[] = [
  ...ARKTYPE_MODULES,
  () => import("./values.ts"),
  () => import("./api-token-bodies.ts"),
  () => import("./usage-request.ts"),
  () => import("../lists/list-body.ts"),
  () => import("./introspection-request.ts"),
];

/** Loads the schemas of all bodies before the first body needs one. Requests are answered between two modules. */
export async function loadSchemas(): Promise<void> {
  for (const load of MODULES) {
    await load();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
