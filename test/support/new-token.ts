import { type Actor, type AuditEvent, COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import { digestOf } from "../../src/tokens/secret/secret.ts";
import type { Token } from "../../src/tokens/token.ts";
import type { TokenRequest } from "../../src/tokens/token-fields.ts";
import type { NewToken } from "../../src/tokens/token-store.ts";

/** A time for fields that a store only stores. */
export const A_MOMENT = 1_780_315_200;

/** Somebody who makes a change by a request. */
export const CALLER: Actor = {
  tokenId: "atok_0000000000000000caller",
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  requestId: "9c1de5a4f0b2477d8a6e3b5c7f901234",
  ip: "192.0.2.1",
};

/** The token of that id, when it makes a change. */
export function actorOf(id: string): Actor {
  return { ...COMMAND_LINE, tokenId: id };
}

/** Asks for a read token without any optional field. */
export const REQUEST: TokenRequest = { access: "read", audiences: null, description: null, expiresAt: null };

/** A token with these fields, and no other optional one. */
export function tokenOf(id: string, values: Partial<Token> = {}): Token {
  return {
    id,
    access: "read",
    audiences: null,
    description: null,
    hint: "abcd",
    createdAt: A_MOMENT,
    createdBy: null,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    replacedBy: null,
    verifies: false,
    reusedAt: null,
    reusedFrom: null,
    ...values,
  };
}

export function eventOf(target: string, id = `aevt_${target}`): AuditEvent {
  return { id, at: A_MOMENT, action: "api-token.create", actor: COMMAND_LINE, target, changes: {} };
}

/** A token as a store is given it, under a digest that goes with its id. */
export function newToken(id: string, values: Partial<Token> = {}): NewToken {
  return { token: tokenOf(id, values), digest: digestOf(id), event: eventOf(id) };
}
