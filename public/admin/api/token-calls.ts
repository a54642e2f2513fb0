import { effect, signal, untracked } from "@preact/signals";
import { noteAudiences } from "../dialogs/audiences.ts";
import { noteSelf, self, session } from "../session/session.ts";
import { signOutEverywhere } from "../session/signing.ts";
import { authenticated, replaceSelf, signOutIfRevoked } from "./authenticated-calls.ts";
import { ApiError, isAnswerLost, Unreachable, Unreadable } from "./client.ts";
import { returns } from "./reachability.ts";
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
} from "./types.ts";

/** The number of changes that this page made. Each one reloads the shown data. */
export const changes = signal(0);

const OWN_AMONG_THEM =
  "The token that you were signed in with was a descendant of the revoked token, and was revoked too.";

/** The calls for tokens, with the token that is signed in. Each throws as `post` does. */
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
    rotation.id === self.value?.id
      ? // A reload without an answer could sign out, and remove the advice for this case.
        changing(replaceSelf(rotation), () => {})
      : changing(authenticated<SuccessorToken>("api-token/rotate", rotation)),
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
    const revoked = await authenticated<RevokedToken>("api-token/revoke", body).catch(refreshIfOpen);
    if (id === self.value?.id) signOutEverywhere("You revoked the token that you were signed in with.");
    else if (revoked.descendants !== undefined) await signOutIfRevoked(OWN_AMONG_THEM);
    if (session.value.state === "signed-in") refresh();
    return revoked;
  },
};

/** Reloads all shown data. */
export function refresh(): void {
  changes.value += 1;
}

/** Whether a change got no answer, and so may have been made or not. */
let isUnclear = false;

// The change may have been made: so the page loads its data again once the server is back.
effect(() => {
  if (returns.value === 0 || !isUnclear) return;
  isUnclear = false;
  untracked(refresh);
});

/** Reloads the shown data after a lost answer, now or once the server is back. */
function refreshAfterLoss(error: unknown): void {
  if (error instanceof Unreachable) isUnclear = true;
  else refresh();
}

async function changing<Answer>(call: Promise<Answer>, onLost = refreshAfterLoss): Promise<Answer> {
  try {
    const answer = await call;
    refresh();
    return answer;
  } catch (error) {
    if (isAnswerLost(error)) onLost(error);
    // The page shows an old state of the token.
    else if (error instanceof ApiError && error.conflict !== null) refresh();
    throw error;
  }
}

/** Reloads the shown data if the change may have been made in spite of the error. Throws the error again. */
function refreshIfOpen(error: unknown): never {
  if (isAnswerLost(error) && !(error instanceof Unreachable)) refresh();
  throw error;
}
