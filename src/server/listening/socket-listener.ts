import { randomUUID } from "node:crypto";
import { chmodSync, linkSync, lstatSync, renameSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Server } from "bun";
import type { SocketAddress } from "../../settings/listen-addresses.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { CAN_TAKE_OVER, type Handlers, type Listener, OPTIONS } from "./listener.ts";
import { removeStaleSocket, socketErrorMessage } from "./unix-socket.ts";

/** The same for a socket, of which the types of Bun do not know that it can be idle too. */
const SOCKET_OPTIONS: Pick<typeof OPTIONS, "development" | "maxRequestBodySize"> = OPTIONS;

/** Puts a socket from one path to another. */
type Move = (from: string, to: string) => void;

/**
 * Listens on a Unix socket. Bun removes the path that it was given when a server stops, even if that path is another
 * server's by then. So on Linux the socket is made at a path beside, and moved: Bun then finds nothing to remove.
 */
export class SocketListener implements Listener {
  readonly server: Server<undefined>;
  readonly address: SocketAddress;
  readonly #mode: number;
  readonly #handlers: Handlers;
  readonly #inode: number;

  /** The process makes files for its owner alone, so nobody else gets in before the mode is set. */
  private constructor(address: SocketAddress, mode: number, handlers: Handlers, move: Move) {
    this.address = address;
    this.#mode = mode;
    this.#handlers = handlers;
    const made = CAN_TAKE_OVER ? pathBeside(address.path) : address.path;
    this.server = Bun.serve({ ...SOCKET_OPTIONS, ...handlers, unix: made });
    try {
      chmodSync(made, mode);
      this.#inode = lstatSync(made).ino;
      if (made !== address.path) move(made, address.path);
    } catch (error) {
      void this.server.stop(true);
      throw error;
    }
  }

  /** Throws a CommandFailure where that cannot be. */
  static async open(address: SocketAddress, mode: number, handlers: Handlers): Promise<SocketListener> {
    try {
      await removeStaleSocket(address.path);
      return new SocketListener(address, mode, handlers, moveToFree);
    } catch (error) {
      if (error instanceof CommandFailure) throw error;
      throw new CommandFailure(socketErrorMessage(address.path, error), { cause: error });
    }
  }

  takeOver(): SocketListener {
    return new SocketListener(this.address, this.#mode, this.#handlers, renameSync);
  }

  close(): void {
    this.#removePath();
    void this.server.stop(false);
  }

  /** A socket that cannot be removed is left: the next start removes it. */
  #removePath(): void {
    try {
      if (this.#hasPath) unlinkSync(this.address.path);
    } catch {
      return;
    }
  }

  /** Another listener may have the path by now. */
  get #hasPath(): boolean {
    return lstatSync(this.address.path, { throwIfNoEntry: false })?.ino === this.#inode;
  }
}

/** A name that nobody can guess, so that nobody takes it first. Linux limits no path here: Bun opens the directory. */
function pathBeside(path: string): string {
  return join(dirname(path), `.publisher-${randomUUID()}`);
}

/** Unlike a rename, a link replaces nothing: another server may have come first. */
function moveToFree(from: string, to: string): void {
  linkSync(from, to);
  unlinkSync(from);
}
