import type { Token } from "../api/types.ts";

/** What tabs of one session tell each other. */
export type TabMessage =
  /** Somebody is at work there. */
  | { readonly type: "active"; readonly atMs: number }
  | { readonly type: "signed-out"; readonly notice: string | null }
  /** A tab was loaded, and goes on with the token with that id. */
  | { readonly type: "resumed"; readonly id: string }
  | ({ readonly type: "replaced" } & Replacement);

/** What took the place of the token that somebody is signed in with. */
export interface Replacement {
  /** The id of the old token. */
  readonly id: string;
  /** The new secret. */
  readonly secret: string;
  readonly self: Token;
}

/** The tabs that were opened from one another. They share a session, and only they know its name. */
export class TabGroup {
  readonly name: string;
  readonly #channel: BroadcastChannel;

  constructor(name: string, onMessage: (message: TabMessage) => void) {
    this.name = name;
    this.#channel = new BroadcastChannel(`publisher.group.${name}`);
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => onMessage(data);
  }

  /** Tells all others. */
  send(message: TabMessage): void {
    this.#channel.postMessage(message);
  }

  leave(): void {
    this.#channel.close();
  }
}
