import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "../../log/log.ts";
import type { HttpServer } from "./http-server.ts";
import type { OpenFiles } from "./open-files.ts";

/** How often it looks: where no descriptor is left, Bun tries to accept connections again and again, without a rest. */
const LOOK_EVERY_MS = 250;

/** How long connections take to be closed. */
const CLOSING_MS = 20;

/** How long there must be room before that is logged. */
const CALM_MS = 60_000;

/** How long connections are left alone where closing them all made no room. */
const REST_MS = 60_000;

export interface ConnectionLimitParts {
  readonly server: Pick<HttpServer, "closeIdle" | "renew">;
  readonly files: Pick<
    OpenFiles,
    "limit" | "areNearlyAllTaken" | "areNearlyAllTakenByFiles" | "areAllTaken" | "spare" | "release"
  >;
  readonly log: Log;
  /** In milliseconds, and never set back. */
  readonly clock: () => number;
}

/**
 * Bun accepts connections until no descriptor is left. So this closes connections where few are left: first those that
 * wait for another request, and if that makes too little room all of them, once their requests are answered. New ones are
 * accepted all the while: nobody else gets the address.
 */
export class ConnectionLimit {
  readonly #parts: ConnectionLimitParts;
  readonly #timer: ReturnType<typeof setInterval>;
  #isBusy = false;
  /** Whether it could not listen anew. */
  #hasFailed = false;
  /** When it last made room; null once that is over and logged. */
  #madeRoomAt: number | null = null;
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(parts: ConnectionLimitParts) {
    this.#parts = parts;
    parts.files.spare();
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Makes room if there is little. Happens by itself, every now and then. */
  async look(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      if (this.#isCrowded) await this.#makeRoom();
      else this.#logCalm();
    } finally {
      this.#isBusy = false;
    }
  }

  get #isCrowded(): boolean {
    return this.#parts.clock() >= this.#restsUntil && this.#parts.files.areNearlyAllTaken;
  }

  async #makeRoom(): Promise<void> {
    this.#logCrowd();
    this.#parts.server.closeIdle();
    await pause(CLOSING_MS);
    if (this.#isCrowded) await this.#closeAll();
    this.#madeRoomAt = this.#parts.clock();
  }

  /** The spared descriptors serve the new listeners, the store and new connections until those of before are closed. */
  async #closeAll(): Promise<void> {
    const { server, files, log } = this.#parts;
    files.release();
    try {
      await server.renew(() => !files.areAllTaken);
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) log.error({ error }, "cannot listen anew now; it is tried again and again");
      this.#hasFailed = true;
    }
    files.spare();
    if (!this.#hasFailed) this.#restIfInVain();
  }

  #restIfInVain(): void {
    const { files, log, clock } = this.#parts;
    if (!files.areNearlyAllTakenByFiles) return;
    log.error({ limit: files.limit }, "nearly all open files are taken, and not by connections");
    this.#restsUntil = clock() + REST_MS;
  }

  #logCrowd(): void {
    const { log, files } = this.#parts;
    if (this.#madeRoomAt === null)
      log.warn({ limit: files.limit }, "near the limit of open files: connections are closed to make room");
    this.#madeRoomAt = this.#parts.clock();
  }

  #logCalm(): void {
    const { log, clock, files } = this.#parts;
    if (this.#madeRoomAt === null || clock() - this.#madeRoomAt < CALM_MS || files.areNearlyAllTaken) return;
    this.#madeRoomAt = null;
    log.info("well below the limit of open files again");
  }
}
