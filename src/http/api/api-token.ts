import type { Authority } from "../../tokens/authority.ts";
import { OVERLAP_DEFAULT_SECONDS } from "../../tokens/limits.ts";
import { TOKEN_LISTING } from "../../tokens/listing/token-listing.ts";
import type { Access, Token } from "../../tokens/token.ts";
import type { Purpose, Verdict } from "../../tokens/verification.ts";
import { askedAudience, verdictFor } from "../../tokens/verifying-tokens.ts";
import { type BodyReader, lazyReader } from "../body/lazy-reader.ts";
import { endpoint, outcomeOf } from "../endpoint.ts";
import {
  createdResource,
  revocationResource,
  successorResource,
  summaryResource,
  tokenPage,
  tokenResource,
  usageResource,
  verificationResource,
} from "./resources.ts";
import type { Verifications } from "./responses/api-token.ts";
import { sentTime } from "./sent-time.ts";

const bodies = () => import("./api-token-bodies.ts");

const readTokenId = lazyReader(async () => (await bodies()).readTokenId);
const readVerification = lazyReader(async () => (await bodies()).readVerification);
const readBulkVerification = lazyReader(async () => (await bodies()).readBulkVerification);
const readRevocation = lazyReader(async () => (await bodies()).readRevocation);
const readListing = lazyReader(async () => (await import("../lists/list-body.ts")).listReader(TOKEN_LISTING));
const readUsage = lazyReader(async () => (await import("./usage-request.ts")).readUsage);
const readParameters = lazyReader(async () => (await bodies()).readNothing);

/** An empty object needs no schema: the first request of a server is often `api-token/current`. */
const readNothing: BodyReader<object> = (value) =>
  Object.keys(value).length === 0 ? { body: value } : readParameters(value);

/** The endpoints of the resource `api-token`. */
export function apiTokenEndpoints({ tokens, usage }: Authority) {
  const now = () => tokens.now();
  const readCreation = lazyReader(async () => (await bodies()).creationReader(now));
  const readUpdate = lazyReader(async () => (await bodies()).updateReader(now));
  const readRotation = lazyReader(async () => (await bodies()).rotationReader(now));
  const verification = (verdict: Verdict, caller: Token) =>
    verificationResource(verdictFor(caller, verdict), now(), caller);
  return {
    create: endpoint({
      access: "write",
      read: readCreation,
      answer: async ({ body, actor }) => {
        const { access, audiences = null, verifies = false, description = null, expires_at = null } = body;
        const request = { access, audiences, verifies, description, expiresAt: sentTime(expires_at) };
        return createdResource(outcomeOf(await tokens.create(request, actor)));
      },
    }),
    update: endpoint({
      access: "write",
      read: readUpdate,
      answer: async ({ body: { id, expires_at, ...rest }, actor }) => {
        const request = expires_at === undefined ? rest : { ...rest, expiresAt: sentTime(expires_at) };
        return tokenResource(outcomeOf(await tokens.update(id, request, actor)), now());
      },
    }),
    rotate: endpoint({
      access: "write",
      read: readRotation,
      answer: async ({ body, actor }) => {
        const { id, overlap_seconds: overlapSeconds = OVERLAP_DEFAULT_SECONDS, expires_at } = body;
        const expiresAt = expires_at === undefined ? undefined : sentTime(expires_at);
        return successorResource(outcomeOf(await tokens.rotate(id, { overlapSeconds, expiresAt }, actor)));
      },
    }),
    list: endpoint({
      access: "read",
      read: readListing,
      answer: async ({ body, scanCaller }) => {
        const page = outcomeOf(await tokens.list(body, scanCaller));
        return tokenPage(page, now());
      },
    }),
    revoke: endpoint({
      access: "write",
      alsoFor: "itself",
      isAboutItself: ({ id, descendants = false }, caller) => id === caller.id && !descendants,
      read: readRevocation,
      answer: async ({ body: { id, descendants = false, dry_run = false }, caller, actor }) => {
        const request = { withDescendants: descendants, isDryRun: dry_run };
        return revocationResource(outcomeOf(await tokens.revoke(id, actor, request)), now(), caller);
      },
    }),
    get: endpoint({
      access: "read",
      read: readTokenId,
      answer: async ({ body: { id } }) => tokenResource(outcomeOf(await tokens.get(id)), now()),
    }),
    verify: endpoint({
      access: "read",
      alsoFor: "verifying-tokens",
      read: readVerification,
      answer: async ({ body, caller, request }) => {
        const verdict = await tokens.verify(body.token, purposeOf(body, caller), request.showing);
        return verification(verdict, caller);
      },
    }),
    "bulk-verify": endpoint({
      access: "read",
      alsoFor: "verifying-tokens",
      read: readBulkVerification,
      answer: async ({ body, caller, request }) => {
        const verdicts = await tokens.verifyAll(body.tokens, purposeOf(body, caller), request.showing);
        return { data: verdicts.map((verdict) => verification(verdict, caller)) } satisfies Verifications;
      },
    }),
    current: endpoint({
      access: "read",
      alsoFor: "every-token",
      read: readNothing,
      answer: async ({ caller }) => tokenResource(caller, now(), caller),
    }),
    summary: endpoint({
      access: "read",
      read: readNothing,
      answer: async ({ scanCaller }) => summaryResource(await tokens.summary(scanCaller)),
    }),
    usage: endpoint({
      access: "read",
      read: readUsage,
      answer: async ({ body: { request: asked, withEach }, scanCaller }) =>
        usageResource(outcomeOf(await usage.report(asked, scanCaller)), withEach),
    }),
  };
}

interface AskedPurpose {
  readonly access?: Access;
  readonly audience?: string | null;
}

/** The purpose that a caller asks about. Throws a Failure if it may not ask about that audience. */
function purposeOf({ access = "read", audience: named = null }: AskedPurpose, caller: Token): Purpose {
  const { audience } = outcomeOf(askedAudience(caller, named));
  return { access, audience };
}
