import { Elysia } from "elysia";
import { jsonAnswer } from "./answer.ts";
import { methodNotAllowed } from "./errors.ts";

const PATH = "/swagger/json";
const HIDDEN = { detail: { hide: true } };

let document: Promise<object> | null = null;

/** The OpenAPI document. It is made when it is first asked for: that takes longer than starting the server. */
export function documentRoute() {
  return new Elysia({ name: "document" })
    .get(
      PATH,
      async () => {
        document ??= import("./documentation.ts").then(({ openapiDocument }) => openapiDocument());
        return jsonAnswer(await document);
      },
      HIDDEN,
    )
    .all(
      PATH,
      () => {
        throw methodNotAllowed("GET, HEAD");
      },
      HIDDEN,
    );
}
