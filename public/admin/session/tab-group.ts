import type { Token } from "../api/types.ts";

/** A message between the tabs of one session. */
export type TabMessage =
  /** A person uses that tab. */
  | { readonly type: "active"; readonly atMs: number }
  | { readonly type: "signed-out"; readonly notice: string | null }
  /** That tab was loaded, and goes on with the token with that id. */
  | { readonly type: "resumed"; readonly id: string }
  | ({ readonly type: "replaced" } & Replacement);

/** The successor of the token that is signed in. */
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

  /** Sends a message to all other tabs. */
  send(message: TabMessage): void {
    this.#channel.postMessage(message);
  }

  leave(): void {
    this.#channel.close();
  }
}
