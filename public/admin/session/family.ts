import type { Token } from "../api/types.ts";

/** What tabs of one session tell each other. */
export type FamilyMessage =
  /** Somebody is at work there. */
  | { readonly what: "active"; readonly atMs: number }
  | { readonly what: "signed-out"; readonly notice: string | null }
  /** A tab was loaded, and goes on with the token with that id. */
  | { readonly what: "resumed"; readonly id: string }
  | ({ readonly what: "replaced" } & Replacement);

/** What took the place of the token that somebody is signed in with. */
export interface Replacement {
  /** The id of the old token. */
  readonly id: string;
  /** The new secret. */
  readonly secret: string;
  readonly self: Token;
}

/** The tabs that were opened from one another. They share a session, and only they know its name. */
export class Family {
  readonly name: string;
  readonly #channel: BroadcastChannel;

  constructor(name: string, onMessage: (message: FamilyMessage) => void) {
    this.name = name;
    this.#channel = new BroadcastChannel(`publisher.family.${name}`);
    this.#channel.onmessage = ({ data }: MessageEvent<FamilyMessage>) => onMessage(data);
  }

  /** Tells all others. */
  tell(message: FamilyMessage): void {
    this.#channel.postMessage(message);
  }

  leave(): void {
    this.#channel.close();
  }
}
