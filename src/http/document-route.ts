import { Elysia } from "elysia";
import { jsonAnswer } from "./answer.ts";
import { refuseOtherMethods, UNREAD } from "./other-methods.ts";

const PATH = "/swagger/json";

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
      { detail: { hide: true } },
    )
    .all(PATH, refuseOtherMethods("GET, HEAD"), UNREAD);
}
