import { loggable } from "../log/log.ts";
import type { AuthenticationRefusal } from "../tokens/refusal.ts";
import { networkOf } from "./auth/client-address.ts";
import { NameCounts } from "./name-counts.ts";
import type { RequestContext } from "./request-context.ts";

/** How many requests have a line of their own in a minute: from one address, or with one token; of one kind; of all anonymous ones. */
const LINES_PER_SOURCE = 10;
const LINES_PER_KIND = 30;
const ANONYMOUS_LINES = 100;

/** The longest first part of a path that is told apart. */
const PATH_START_LIMIT = 64;

/** How much of a path tells its start from others. */
const PATH_READ_LIMIT = 256;

/** What the log has for a request that came from no address. */
const NO_ADDRESS = "unknown";

/** The part of a request's context that the log needs. */
export type LoggedRequest = Pick<RequestContext, "id" | "requestId" | "ip" | "path" | "outcome">;

/** The requests of one minute that could come by the thousands: anonymous ones, and those with a token that was refused. */
export class RequestSums {
  /** By status and refusal; few, as all of these are Publisher's own. */
  readonly #kinds = new Map<string, Kind>();
  #anonymousLines = 0;

  /** Whether the request has a line of its own; otherwise it is counted here. */
  hasLine(request: LoggedRequest, status: number): boolean {
    const kind = this.#kindOf(status, request.outcome.refusal);
    // Faults, and refusals of tokens that exist, are not crowded out by what anybody can cause.
    const isAnybodys = status < 500 && request.outcome.shown === null;
    const isLeft = !isAnybodys || this.#anonymousLines < ANONYMOUS_LINES;
    if (!kind.hasLine(request, isLeft)) return false;
    if (isAnybodys) this.#anonymousLines += 1;
    return true;
  }

  /** The counts as lines of the log, one for each kind. */
  get lines(): readonly SumLine[] {
    return [...this.#kinds.values()].flatMap((kind) => kind.line ?? []);
  }

  #kindOf(status: number, refusal: AuthenticationRefusal | null): Kind {
    const name = `${status} ${refusal}`;
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const kind = new Kind(status, refusal);
    this.#kinds.set(name, kind);
    return kind;
  }
}

/** A line that stands for many requests. */
export interface SumLine {
  /** `error` where one of them met a fault of the server. */
  readonly level: "error" | "info";
  readonly fields: object;
}

/** The requests of one minute that were answered with the same status, and refused for the same reason if they were. */
class Kind {
  readonly #status: number;
  readonly #refusal: AuthenticationRefusal | null;
  readonly #linesBySource = new Map<string, number>();
  readonly #tokens = new NameCounts();
  readonly #addresses = new NameCounts();
  readonly #paths = new NameCounts();
  #lines = 0;
  #summed = 0;
  #level: SumLine["level"] = "info";

  constructor(status: number, refusal: AuthenticationRefusal | null) {
    this.#status = status;
    this.#refusal = refusal;
  }

  hasLine({ ip, path, outcome: { shown, fault } }: LoggedRequest, isLeft: boolean): boolean {
    const address = ip === null ? NO_ADDRESS : networkOf(ip);
    if (isLeft && this.#isFirst(shown?.id ?? address)) return true;
    this.#summed += 1;
    if (fault !== null) this.#level = "error";
    if (shown !== null) this.#tokens.add(shown.id);
    this.#addresses.add(address);
    this.#paths.add(startOf(path));
    return false;
  }

  /** Null where every request had a line of its own. */
  get line(): SumLine | null {
    if (this.#summed === 0) return null;
    const fields = {
      status: this.#status,
      ...(this.#refusal === null ? {} : { authentication: this.#refusal }),
      requests: this.#summed,
      ...this.#tokens.told("tokens"),
      ...this.#addresses.told("addresses"),
      ...this.#paths.told("paths", loggableStart),
    };
    return { level: this.#level, fields };
  }

  #isFirst(source: string): boolean {
    if (this.#lines >= LINES_PER_KIND) return false;
    const lines = this.#linesBySource.get(source) ?? 0;
    if (lines >= LINES_PER_SOURCE) return false;
    this.#linesBySource.set(source, lines + 1);
    this.#lines += 1;
    return true;
  }
}

/** A path up to its second slash, as it was sent. It is made fit for the log only when a sum is written. */
function startOf(path: string): string {
  const end = path.indexOf("/", 1);
  return path.slice(0, Math.min(end === -1 ? path.length : end, PATH_READ_LIMIT));
}

function loggableStart(start: string): string {
  return loggable(start).slice(0, PATH_START_LIMIT);
}
