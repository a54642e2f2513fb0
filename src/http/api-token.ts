import { Elysia } from "elysia";
import { parseTime } from "../tokens/time.ts";
import type { Tokens } from "../tokens/tokens.ts";
import { type Endpoint, endpoint, granted, shaped } from "./endpoint.ts";
import { readListing } from "./list-body.ts";
import { API_TOKEN_OPERATIONS } from "./openapi/api-token-operations.ts";
import { type ApiOperationParts, apiOperation } from "./openapi/operation.ts";
import { refuseOtherMethods, UNREAD } from "./other-methods.ts";
import { createdResource, summaryResource, tokenPage, tokenResource } from "./resources.ts";
import { createTokenType, NoParameters, TokenById } from "./wire.ts";

const readTokenId = shaped(TokenById);
const readNothing = shaped(NoParameters);

/** The endpoints of the resource `api-token`. */
export function apiToken(tokens: Tokens) {
  const now = () => tokens.now();
  const readCreation = shaped(createTokenType(now));
  return mounted(API_TOKEN_OPERATIONS, {
    create: endpoint({
      access: "write",
      read: readCreation,
      answer: async ({ body: { access, description = null, expires_at = null }, actor }) => {
        const expiresAt = expires_at === null ? null : parseTime(expires_at);
        return createdResource(granted(await tokens.create({ access, description, expiresAt }, actor)));
      },
    }),
    list: endpoint({
      access: "read",
      read: readListing,
      answer: async ({ body }) => {
        const page = granted(await tokens.list(body));
        return tokenPage(page.tokens, page.cursor, now());
      },
    }),
    revoke: endpoint({
      access: "write",
      read: readTokenId,
      answer: async ({ body: { id }, actor }) =>
        tokenResource(granted(await tokens.revoke(id, actor)), now()),
    }),
    get: endpoint({
      access: "read",
      read: readTokenId,
      answer: async ({ body: { id } }) => tokenResource(granted(await tokens.get(id)), now()),
    }),
    current: endpoint({
      access: "read",
      read: readNothing,
      answer: async ({ caller }) => tokenResource(caller, now()),
    }),
    summary: endpoint({
      access: "read",
      read: readNothing,
      answer: async () => summaryResource(await tokens.summary()),
    }),
  });
}

function mounted<Action extends string>(
  operations: Readonly<Record<Action, ApiOperationParts>>,
  endpoints: Readonly<Record<Action, Endpoint>>,
) {
  const app = new Elysia({ name: "api-token" });
  for (const action in endpoints) {
    const { access, handle } = endpoints[action];
    const path = `/publisher.v1/api-token/${action}`;
    app.post(path, handle, {
      parse: "none",
      detail: apiOperation("api-token", access, operations[action]),
    });
    app.all(path, refuseOtherMethods("POST"), UNREAD);
  }
  return app;
}
