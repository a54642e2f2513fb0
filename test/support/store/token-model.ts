import { expect } from "bun:test";
import fc from "fast-check";
import { type Actor, COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import type { Condition } from "../../../src/tokens/listing/listing.ts";
import type { UnixSeconds } from "../../../src/tokens/time.ts";
import { ACCESSES, type Access, STATUSES, type Status } from "../../../src/tokens/token.ts";
import type { TokenService } from "../../../src/tokens/token-service.ts";
import { auditTrail, EVERYTHING, outcomeOf, TestStore } from "./store.ts";

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
async function expectAgreement(model: Model, real: Instance): Promise<void> {
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

type TokenCommand = fc.AsyncCommand<Model, Instance>;

/** A command with a name for the report, which is followed by a comparison of the instance with the model. */
function command(
  name: string,
  run: (model: Model, real: Instance) => Promise<void> | void,
  check: (model: Readonly<Model>) => boolean = () => true,
): TokenCommand {
  return {
    check,
    run: async (model, real) => {
      await run(model, real);
      await expectAgreement(model, real);
    },
    toString: () => name,
  };
}

const place = fc.integer({ min: 0, max: 1 });

const create = fc
  .record({
    access: fc.constantFrom(...ACCESSES),
    description: fc.option(fc.string({ unit: "grapheme", maxLength: 5 })),
    lifetime: fc.option(fc.integer({ min: -1, max: 20 })),
    maker: fc.option(fc.nat(9)),
    place,
  })
  .map((values) =>
    command(`create ${JSON.stringify(values)}`, async (model, real) => {
      const { access, description, lifetime, maker, place } = values;
      const expiresAt = lifetime === null ? null : model.now + lifetime;
      const makerId = real.issued[(maker ?? 0) % Math.max(real.issued.length, 1)]?.id ?? null;
      const actor: Actor = maker === null ? COMMAND_LINE : { ...COMMAND_LINE, tokenId: makerId };
      const request = { access, audiences: null, description, expiresAt };
      const outcome = await real.at(place).create(request, actor);
      const creator = model.tokens[real.issued.findIndex(({ id }) => id === actor.tokenId)];
      const status = creator === undefined ? "active" : model.statusOf(creator);
      if (lifetime !== null && lifetime <= 0) {
        expect(outcome).toMatchObject({ refused: "invalid", issues: [{ path: "expires_at" }] });
      } else if (status !== "active") {
        expect(outcome).toEqual({ refused: "unauthenticated", reason: status });
      } else {
        const { token, secret } = outcomeOf(outcome);
        real.issued.push({ id: token.id, secret });
        model.tokens.push({ ...request, createdAt: model.now, createdBy: actor.tokenId, revokedAt: null });
        model.changes += 1;
      }
    }),
  );

const revoke = fc.record({ index: fc.nat(9), place }).map((values) =>
  command(
    `revoke ${JSON.stringify(values)}`,
    async (model, real) => {
      const index = values.index % model.tokens.length;
      const token = model.tokens[index];
      const id = real.issued[index]?.id ?? "";
      const { token: revoked } = outcomeOf(await real.at(values.place).revoke(id, COMMAND_LINE));
      if (token !== undefined && token.revokedAt === null) {
        token.revokedAt = model.now;
        model.changes += 1;
      }
      expect(revoked).toMatchObject({ ...token });
    },
    (model) => model.tokens.length > 0,
  ),
);

const step = fc.integer({ min: -15, max: 15 }).map((seconds) =>
  command(`the clock steps ${seconds} s`, (model, real) => {
    model.now += seconds;
    real.context.clock.step(seconds);
  }),
);

const restart = fc.constant(command("restart", (_, real) => real.restart()));

/** Changes of tokens, steps of the clock and restarts, one after the other. */
export const tokenCommands = fc.commands([create, create, revoke, step, restart], {
  maxCommands: 30,
  size: "max",
});
