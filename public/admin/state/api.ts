import { signal } from "@preact/signals";
import { ApiError } from "../api/client.ts";
import type {
  CreatedToken,
  NewToken,
  SuccessorToken,
  Summary,
  Token,
  TokenPage,
  TokenRotation,
  TokenUpdate,
} from "../api/types.ts";
import { noteAudiences } from "./audiences.ts";
import { authenticated, noteSelf, replaceSelf, self, signOut } from "./session.ts";

/** Goes up with every change that this page made, so that what it shows is loaded anew. */
export const changes = signal(0);

/** What is asked of the API in the name of who is signed in. Each throws as `post` does. */
export const api = {
  list: async (body: object) => {
    const page = await authenticated<TokenPage>("api-token/list", body);
    noteAudiences(page.data);
    return page;
  },
  get: (id: string) => authenticated<Token>("api-token/get", { id }),
  /** Up to two active tokens that may change tokens here. */
  writers: () =>
    authenticated<TokenPage>("api-token/list", {
      pagination: { limit: 2 },
      filters: [
        { key: "status", eq: "active" },
        { key: "access", eq: "write" },
        { key: "audiences", exists: false },
      ],
    }),
  summary: () => authenticated<Summary>("api-token/summary", {}),
  create: (token: NewToken) => changing(authenticated<CreatedToken>("api-token/create", token)),
  update: async (update: TokenUpdate) => {
    const updated = await changing(authenticated<Token>("api-token/update", update));
    noteSelf(updated);
    return updated;
  },
  rotate: (rotation: TokenRotation) =>
    changing(
      rotation.id === self.value?.id
        ? replaceSelf(rotation)
        : authenticated<SuccessorToken>("api-token/rotate", rotation),
    ),
  revoke: async (id: string) => {
    const revoked = await authenticated<Token>("api-token/revoke", { id });
    if (id === self.value?.id) signOut("You revoked the token that you were signed in with.");
    else changes.value += 1;
    return revoked;
  },
};

async function changing<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    const answer = await call;
    changes.value += 1;
    return answer;
  } catch (error) {
    // The page shows a token as it no longer is.
    if (error instanceof ApiError && error.conflict !== null) changes.value += 1;
    throw error;
  }
}
