import { signal } from "@preact/signals";
import { ApiError, Unreadable } from "../api/client.ts";
import type {
  CreatedToken,
  NewToken,
  RevokedToken,
  StatusCounts,
  SuccessorToken,
  Summary,
  Token,
  TokenPage,
  TokenRevocation,
  TokenRotation,
  TokenUpdate,
} from "../api/types.ts";
import { noteAudiences } from "./audiences.ts";
import { authenticated, noteSelf, replaceSelf, self, session, signOut, signOutIfRevoked } from "./session.ts";

/** Goes up with every change that this page made, so that what it shows is loaded anew. */
export const changes = signal(0);

const OWN_AMONG_THEM =
  "The token that you were signed in with came of the token that you revoked, and was revoked too.";

/** What is asked of the API in the name of who is signed in. Each throws as `post` does. */
export const api = {
  list: async (body: object) => {
    const page = await authenticated<TokenPage>("api-token/list", body);
    noteAudiences(page.data);
    return page;
  },
  get: (id: string) => authenticated<Token>("api-token/get", { id }),
  /** Active tokens that may change tokens here, the first 100 of them. */
  writers: () =>
    authenticated<TokenPage>("api-token/list", {
      pagination: { limit: 100 },
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
  /** How many descendants a token has. */
  descendants: async (id: string): Promise<StatusCounts> => {
    const body = { id, descendants: true, dry_run: true };
    const { descendants } = await authenticated<RevokedToken>("api-token/revoke", body);
    if (descendants === undefined)
      throw new Unreadable("The server's answer does not say how many there are");
    return descendants;
  },
  revoke: async ({ id, descendants }: TokenRevocation) => {
    const body = descendants ? { id, descendants } : { id };
    const revoked = await authenticated<RevokedToken>("api-token/revoke", body);
    if (id === self.value?.id) signOut("You revoked the token that you were signed in with.");
    else if (revoked.descendants !== undefined) await signOutIfRevoked(OWN_AMONG_THEM);
    if (session.value.state === "signed-in") changes.value += 1;
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
