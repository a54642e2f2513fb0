import { isRecord } from "./system.ts";

/** The id of a token, or the reason why the server refuses it. */
export type OwnToken = { readonly id: string } | { readonly refusal: string };

/** Asks the server about the token with that secret. Returns null if the server does not say. */
export async function ownToken(secret: string): Promise<OwnToken | null> {
  if (!isLatin(secret)) return { refusal: "It has a character that no token has." };
  try {
    const answer = await fetch("publisher.v1/api-token/current", {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: "{}",
    });
    if (answer.status === 401) return { refusal: `${reasonIn(answer.headers)}.` };
    return answer.ok ? withId(await answer.json()) : null;
  } catch {
    return null;
  }
}

/** Browsers send no other letters in a header. https://fetch.spec.whatwg.org/#headers-class */
function isLatin(secret: string): boolean {
  return /^[\x20-\xff]*$/.test(secret);
}

/** https://www.rfc-editor.org/rfc/rfc6750#section-3 has it in the header. */
function reasonIn(headers: Headers): string {
  const challenge = headers.get("www-authenticate") ?? "";
  return /error_description="([^"]*)"/.exec(challenge)?.[1] ?? "It is no API token";
}

function withId(token: unknown): OwnToken | null {
  return isRecord(token) && typeof token.id === "string" ? { id: token.id } : null;
}
