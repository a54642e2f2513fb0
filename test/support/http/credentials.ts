import { randomBytes } from "node:crypto";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import type { TestApi } from "./api.ts";

/** An Authorization header that lets nobody in, its challenge and its reason in the log. */
export interface RefusedCredential {
  readonly name: string;
  /** null without the header. */
  readonly header: string | null;
  readonly challenge: string;
  readonly logged: "missing" | "malformed" | "unknown" | "expired" | "revoked";
}

/** The challenge to a request without a token. */
export const BARE_CHALLENGE = 'Bearer realm="publisher"';

/** Every way to send no good token. Moves the clock of `api` on by a second. */
export async function refusedCredentials(api: TestApi): Promise<readonly RefusedCredential[]> {
  const good = api.write;
  const unknown = makeSecret(randomBytes);
  const revoked = await revokedSecret(api, null);
  const both = await revokedSecret(api, soon(api));
  const expired = await api.secret("write", soon(api));
  api.nowMs += 1000;
  return [
    nothing("no header", null),
    nothing("the scheme alone", "Bearer"),
    nothing("another scheme", "Basic dXNlcjpwYXNz"),
    nothing("another scheme with a good token", `Token ${good}`),
    nothing("a good token without a scheme", good.replace("sk_live_", " sk_live_")),
    wrong("two good tokens in one header", `Bearer ${good}, Bearer ${good}`, "malformed"),
    wrong("two tokens behind one scheme", `Bearer ${good} ${good}`, "malformed"),
    wrong("more behind a good token", `Bearer ${good};`, "malformed"),
    wrong("a good token in quotes", `Bearer "${good}"`, "malformed"),
    wrong("no secret at all", "Bearer x", "malformed"),
    wrong("letters that are not ASCII", "Bearer \u00e9\u00e8", "malformed"),
    wrong("a wrong checksum", `Bearer ${mistyped(good)}`, "malformed"),
    wrong("a revoked token, mistyped", `Bearer ${mistyped(revoked)}`, "malformed"),
    wrong("a character too many", `Bearer ${good}0`, "malformed"),
    wrong("a character too few", `Bearer ${good.slice(0, -1)}`, "malformed"),
    wrong("another prefix", `Bearer ${good.replace("sk_live_", "sk_test_")}`, "malformed"),
    wrong("a secret of no token", `Bearer ${unknown}`, "unknown"),
    wrong("an expired token", `Bearer ${expired}`, "expired"),
    wrong("a revoked token", `Bearer ${revoked}`, "revoked"),
    wrong("a token revoked, then expired", `Bearer ${both}`, "revoked"),
  ];
}

/** The secret with its last character changed. */
export function mistyped(secret: string): string {
  return secret.slice(0, -1) + (secret.endsWith("0") ? "1" : "0");
}

/** The descriptions of errors, by the reasons in the log. */
export const DESCRIPTIONS = {
  malformed: "The token is unknown",
  unknown: "The token is unknown",
  expired: "The token has expired",
  revoked: "The token was revoked",
} as const;

function nothing(name: string, header: string | null): RefusedCredential {
  return { name, header, challenge: BARE_CHALLENGE, logged: "missing" };
}

function wrong(name: string, header: string, logged: keyof typeof DESCRIPTIONS): RefusedCredential {
  const reason = `error="invalid_token", error_description="${DESCRIPTIONS[logged]}"`;
  return { name, header, challenge: `${BARE_CHALLENGE}, ${reason}`, logged };
}

async function revokedSecret(api: TestApi, expiresAt: number | null): Promise<string> {
  const secret = await api.secret("write", expiresAt);
  const own = await api.call("api-token/current", {}, secret);
  await api.call("api-token/revoke", { id: own.json.id });
  return secret;
}

function soon(api: TestApi): number {
  return Math.floor(api.nowMs / 1000) + 1;
}
