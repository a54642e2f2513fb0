import { expect } from "bun:test";
import fc from "fast-check";
import { type Actor, COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { ACCESSES } from "../../../src/tokens/token.ts";
import { expectAgreement, type Instance, type Model } from "./instance.ts";
import { outcomeOf } from "./store.ts";

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

/** How the token of that index has ended; null if it is active, or there is none. */
function endOf(model: Model, index: number): "revoked" | "expired" | null {
  const token = model.tokens[index];
  if (token === undefined) return null;
  const status = model.statusOf(token);
  return status === "active" ? null : status;
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
      const ended = endOf(
        model,
        real.issued.findIndex(({ id }) => id === actor.tokenId),
      );
      if (lifetime !== null && lifetime <= 0) {
        expect(outcome).toMatchObject({ refused: "invalid", issues: [{ path: "expires_at" }] });
      } else if (ended !== null) {
        expect(outcome).toEqual({ refused: "unauthenticated", reason: ended });
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
