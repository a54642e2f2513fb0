import { expect } from "bun:test";
import type { Condition } from "../../../src/tokens/listing/listing.ts";
import type { UnixSeconds } from "../../../src/tokens/time.ts";
import { type Access, STATUSES, type Status } from "../../../src/tokens/token.ts";
import type { TokenService } from "../../../src/tokens/token-service.ts";
import { auditTrail, EVERYTHING, outcomeOf, TestStore } from "./store.ts";

/** A token in the model. */
interface ModelToken {
  readonly access: Access;
  readonly description: string | null;
  readonly createdAt: UnixSeconds;
  readonly createdBy: string | null;
  readonly expiresAt: UnixSeconds | null;
  revokedAt: UnixSeconds | null;
}

/** The expected state of an instance: no file, no hash, no process. */
export class Model {
  now: UnixSeconds;
  readonly tokens: ModelToken[] = [];
  changes = 0;

  constructor(now: UnixSeconds) {
    this.now = now;
  }

  statusOf({ revokedAt, expiresAt }: ModelToken): Status {
    if (revokedAt !== null) return "revoked";
    return expiresAt !== null && expiresAt <= this.now ? "expired" : "active";
  }
}

/** A server and a command line on one data directory; the nth id and secret are those of the model's nth token. */
export class Instance implements Disposable {
  readonly context = new TestStore();
  readonly issued: { readonly id: string; readonly secret: string }[] = [];
  #places = this.#open();

  /** The server, or the command line beside it. */
  at(place: number): TokenService {
    return this.#places[place % 2 === 0 ? 0 : 1];
  }

  restart(): void {
    this.context.reopen();
    this.#places = this.#open();
  }

  [Symbol.dispose](): void {
    this.context[Symbol.dispose]();
  }

  #open(): readonly [TokenService, TokenService] {
    return [this.context.tokens, this.context.beside()];
  }
}

/** The server and the command line must both give every answer of the model. */
export async function expectAgreement(model: Model, real: Instance): Promise<void> {
  const newestFirst = model.tokens
    .map((token, index) => ({ token, id: real.issued[index]?.id ?? "" }))
    .reverse();
  const idsOf = (statuses: readonly Status[]) =>
    newestFirst.filter(({ token }) => statuses.includes(model.statusOf(token))).map(({ id }) => id);
  for (const tokens of [real.at(0), real.at(1)]) {
    for (const [index, token] of model.tokens.entries()) {
      const { id = "", secret = "" } = real.issued[index] ?? {};
      const status = model.statusOf(token);
      expect((await tokens.authenticate(secret)).refusal).toBe(status === "active" ? null : status);
      expect(await tokens.get(id)).toMatchObject({ ...token, id, hint: secret.slice(-4), lastUsedAt: null });
    }
    expect(await listed(tokens, [])).toEqual(idsOf(["active", "expired"]));
    for (const status of STATUSES) {
      expect(await listed(tokens, [{ op: "eq", key: "status", value: status }])).toEqual(idsOf([status]));
    }
  }
  expect(auditTrail(real.context)).toHaveLength(model.changes);
  expect(real.context.changes).toHaveLength(model.changes);
}

async function listed(tokens: TokenService, conditions: readonly Condition[]): Promise<readonly string[]> {
  return outcomeOf(await tokens.list({ ...EVERYTHING, conditions })).rows.map(({ id }) => id);
}
