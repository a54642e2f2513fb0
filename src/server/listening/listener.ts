import type { Server } from "bun";
import type { router } from "../../http/router.ts";
import type { ListenAddress } from "../../settings/listen-addresses.ts";
import { IDLE_TIMEOUT_SECONDS } from "./timeouts.ts";

export type Handlers = Pick<ReturnType<typeof router>, "routes" | "fetch">;

/**
 * The options of every listener. Bun itself listens, not Elysia, which would answer some paths past the checks of the raw
 * path. The application limits bodies, and refuses them in the one form of every failure, so Bun's own limit is off.
 */
export const OPTIONS = {
  development: false,
  idleTimeout: IDLE_TIMEOUT_SECONDS,
  maxRequestBodySize: Number.MAX_SAFE_INTEGER,
} as const;

/** Whether a listener can take over an address from another one without a moment in which nobody listens there. */
export const CAN_TAKE_OVER = process.platform === "linux";

/** A server of Bun on one address. */
export interface Listener {
  readonly server: Server<undefined>;
  /** With the port that was taken where any was asked for. */
  readonly address: ListenAddress;
  /**
   * Listens on the same address once more, so that this one can end. There is no moment in which nobody listens there:
   * another user could take the address in it. Throws where that is not possible now; then this one goes on.
   */
  takeOver(): Listener;
  /** Accepts nothing new, for good, and removes the socket. */
  close(): void;
}
