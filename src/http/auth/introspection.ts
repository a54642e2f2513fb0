import { Elysia } from "elysia";
import type { Issue } from "../../tokens/refusal.ts";
import type { TokenService } from "../../tokens/token-service.ts";
import { askedAudience } from "../../tokens/verifying-tokens.ts";
import { jsonAnswer } from "../answer.ts";
import { introspectionResource } from "../api/resources.ts";
import { readForm } from "../body/form-body.ts";
import { lazyReader } from "../body/lazy-reader.ts";
import { outcomeOf } from "../endpoint.ts";
import { badRequest } from "../errors.ts";
import { refuseOtherMethods, UNREAD } from "../other-methods.ts";
import { authenticatedRequestOf } from "./authentication.ts";
import { unauthorized } from "./authentication-errors.ts";
import { INTROSPECTION_PATH } from "./route-policy.ts";

const PARAMETERS = ["token", "token_type_hint", "audience"] as const;

const readIntrospection = lazyReader(
  async () => (await import("../api/introspection-request.ts")).readIntrospection,
);

/** Without an audience a service would accept tokens for Publisher's own API, and could use them there itself. */
const NO_AUDIENCE: Issue = { path: "audience", message: "is required" };

/** Token introspection: answers services that check tokens as OAuth does. https://www.rfc-editor.org/rfc/rfc7662 */
export function introspection(tokens: TokenService) {
  const handle = async ({ request }: { request: Request }): Promise<Response> => {
    const authenticated = authenticatedRequestOf(request);
    const { caller, carrier, showing } = authenticated;
    authenticated.admit(caller.verifies ? null : { access: "read", audience: null });
    const form = await readForm(request, PARAMETERS);
    const reading = await readIntrospection(form);
    if (authenticated.isSlow) await authenticated.authenticateAgain();
    if ("issues" in reading) throw badRequest(reading.issues);
    const { token, audience: named = null } = reading.body;
    const asked = askedAudience(caller, named);
    if ("refused" in asked && asked.refused === "forbidden")
      throw unauthorized(asked.reason, "read", carrier);
    const { audience } = outcomeOf(asked);
    if (audience === null) throw badRequest([NO_AUDIENCE]);
    const verdict = await tokens.verify(token, { access: "read", audience }, showing);
    return jsonAnswer(introspectionResource(verdict));
  };
  return new Elysia({ name: "introspection" })
    .post(INTROSPECTION_PATH, handle, UNREAD)
    .all(INTROSPECTION_PATH, refuseOtherMethods("POST"), UNREAD);
}
