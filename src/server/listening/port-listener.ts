import type { Server } from "bun";
import type { TcpAddress } from "../../settings/listen-addresses.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { CAN_TAKE_OVER, type Handlers, type Listener, OPTIONS } from "./listener.ts";
import { portErrorMessage } from "./port-errors.ts";
import { isShared } from "./shared-port.ts";

/**
 * Listens on a port. On Linux it shares the port (SO_REUSEPORT, socket(7)), so that the next listener of this process
 * can be there before this one ends. Only the same user can share it.
 */
export class PortListener implements Listener {
  readonly server: Server<undefined>;
  readonly address: TcpAddress;
  readonly #handlers: Handlers;

  private constructor({ host, port }: TcpAddress, handlers: Handlers) {
    this.server = Bun.serve({
      ...OPTIONS,
      ...handlers,
      reusePort: CAN_TAKE_OVER,
      hostname: host,
      port,
    });
    this.address = { host, port: this.server.port ?? port };
    this.#handlers = handlers;
  }

  /** Throws a CommandFailure where that cannot be, also where the same user listens there. */
  static async open(address: TcpAddress, handlers: Handlers): Promise<PortListener> {
    try {
      if (!CAN_TAKE_OVER) return new PortListener(address, handlers);
      return alone(new PortListener(unused(address), handlers));
    } catch (error) {
      throw new CommandFailure(await portErrorMessage(address, error), { cause: error });
    }
  }

  takeOver(): PortListener {
    return new PortListener(this.address, this.#handlers);
  }

  close(): void {
    void this.server.stop(false);
  }
}

/**
 * The same address, with a free port where any is asked for. Throws where somebody listens there. A server that shares
 * its port would start beside another one of this user, so one that does not share it is tried first.
 */
function unused({ host, port }: TcpAddress): TcpAddress {
  const trial = Bun.serve({ reusePort: false, hostname: host, port, fetch: () => Response.error() });
  const found = { host, port: trial.port ?? port };
  void trial.stop(true);
  return found;
}

/** The same listener. Throws where another one of this user came to the port after it was found unused. */
function alone(listener: PortListener): PortListener {
  if (!isShared(listener.address.port)) return listener;
  void listener.server.stop(true);
  throw Object.assign(new Error("another process listens there"), { code: "EADDRINUSE" });
}
