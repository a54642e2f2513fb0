import { expect } from "bun:test";
import fc from "fast-check";
import { type Actor, COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { ACCESSES, type Access } from "../../../src/tokens/token.ts";
import { expectAgreement, type Instance, type Model } from "./instance.ts";
import { outcomeOf } from "./store.ts";

type TokenCommand = fc.AsyncCommand<Model, Instance>;

class Create implements TokenCommand {
  readonly #access: Access;
  readonly #description: string | null;
  readonly #lifetime: number | null;
  readonly #maker: number | null;
  readonly #place: number;

  constructor(
    access: Access,
    description: string | null,
    lifetime: number | null,
    maker: number | null,
    place: number,
  ) {
    this.#access = access;
    this.#description = description;
    this.#lifetime = lifetime;
    this.#maker = maker;
    this.#place = place;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Instance): Promise<void> {
    const expiresAt = this.#lifetime === null ? null : model.now + this.#lifetime;
    const maker = real.issued[(this.#maker ?? 0) % Math.max(real.issued.length, 1)]?.id ?? null;
    const actor: Actor =
      this.#maker === null ? COMMAND_LINE : { tokenId: maker, traceId: null, requestId: null, ip: null };
    const request = { access: this.#access, audiences: null, description: this.#description, expiresAt };
    const outcome = await real.at(this.#place).create(request, actor);
    const makerIndex = real.issued.findIndex(({ id }) => id === actor.tokenId);
    const ended = endOf(model, makerIndex);
    if (this.#lifetime !== null && this.#lifetime <= 0) {
      expect(outcome).toMatchObject({ refused: "invalid", issues: [{ path: "expires_at" }] });
    } else if (ended !== null) {
      expect(outcome).toEqual({ refused: "unauthenticated", reason: ended });
    } else {
      const { token, secret } = outcomeOf(outcome);
      real.issued.push({ id: token.id, secret });
      model.tokens.push({ ...request, createdAt: model.now, createdBy: actor.tokenId, revokedAt: null });
      model.changes += 1;
    }
    await expectAgreement(model, real);
  }

  toString(): string {
    return `create ${this.#access} ${JSON.stringify(this.#description)} for ${this.#lifetime} s, at ${this.#place}`;
  }
}

/** How the token of that index has ended; null if it is active, or there is none. */
function endOf({ tokens, now }: Model, index: number): "revoked" | "expired" | null {
  const token = tokens[index];
  if (token === undefined) return null;
  if (token.revokedAt !== null) return "revoked";
  return token.expiresAt !== null && token.expiresAt <= now ? "expired" : null;
}

class Revoke implements TokenCommand {
  readonly #index: number;
  readonly #place: number;

  constructor(index: number, place: number) {
    this.#index = index;
    this.#place = place;
  }

  check(model: Readonly<Model>): boolean {
    return model.tokens.length > 0;
  }

  async run(model: Model, real: Instance): Promise<void> {
    const index = this.#index % model.tokens.length;
    const token = model.tokens[index];
    const id = real.issued[index]?.id ?? "";
    const { token: revoked } = outcomeOf(await real.at(this.#place).revoke(id, COMMAND_LINE));
    if (token !== undefined && token.revokedAt === null) {
      token.revokedAt = model.now;
      model.changes += 1;
    }
    expect(revoked).toMatchObject({ ...token });
    await expectAgreement(model, real);
  }

  toString(): string {
    return `revoke ${this.#index}, at ${this.#place}`;
  }
}

class Step implements TokenCommand {
  readonly #seconds: number;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Instance): Promise<void> {
    model.now += this.#seconds;
    real.context.clock.step(this.#seconds);
    await expectAgreement(model, real);
  }

  toString(): string {
    return `the clock steps ${this.#seconds} s`;
  }
}

class Restart implements TokenCommand {
  check(): boolean {
    return true;
  }

  async run(model: Model, real: Instance): Promise<void> {
    real.restart();
    await expectAgreement(model, real);
  }

  toString(): string {
    return "restart";
  }
}

const place = fc.integer({ min: 0, max: 1 });
const lifetime = fc.option(fc.integer({ min: -1, max: 20 }));
const shortText = fc.option(fc.string({ unit: "grapheme", maxLength: 5 }));

const create = fc
  .tuple(fc.constantFrom(...ACCESSES), shortText, lifetime, fc.option(fc.nat(9)), place)
  .map((parts) => new Create(...parts));

/** Anything that may happen to tokens, one after the other. */
export const tokenCommands = fc.commands(
  [
    create,
    create,
    fc.tuple(fc.nat(9), place).map((parts) => new Revoke(...parts)),
    fc.integer({ min: -15, max: 15 }).map((seconds) => new Step(seconds)),
    fc.constant(new Restart()),
  ],
  { maxCommands: 30, size: "max" },
);
