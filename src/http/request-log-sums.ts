import { loggable } from "../log/log.ts";
import type { AuthenticationRefusal } from "../tokens/refusal.ts";
import { networkOf } from "./auth/client-address.ts";
import type { RequestContext } from "./request-context.ts";

/** The most lines in a minute for requests from one address, or with one token. */
const LINES_PER_SOURCE = 10;

/** The most lines in a minute for requests of one kind. */
const LINES_PER_KIND = 30;

/** The most lines in a minute for all anonymous requests. */
const ANONYMOUS_LINES = 100;

/** The most names that are counted. */
const NAMES_LIMIT = 1000;

/** The most names in a line of the log. */
const NAMES_LOGGED = 10;

/** The longest start of a path in a sum. */
const PATH_START_LIMIT = 64;

/** The part of a path that is compared with other paths. */
const PATH_READ_LIMIT = 256;

/** The address in a sum of requests without an address. */
const NO_ADDRESS = "unknown";

/** The part of a request's context that the log needs. */
export type LoggedRequest = Pick<RequestContext, "traceId" | "requestId" | "ip" | "path" | "outcome">;

/** Counts the requests of one minute that could come by the thousands: those without a token, or with a refused one. */
export class RequestSums {
  /** By status and refusal. They are few: Publisher itself sets both. */
  readonly #kinds = new Map<string, Kind>();
  #anonymousLines = 0;

  /** True if the request gets a line of its own. Otherwise it is counted here. */
  hasLine(request: LoggedRequest, status: number): boolean {
    const kind = this.#kindOf(status, request.outcome.refusal);
    // Anybody can cause anonymous failures. They must not take the lines of faults and of refused tokens.
    const isAnonymous = status < 500 && request.outcome.shown === null;
    const isLeft = !isAnonymous || this.#anonymousLines < ANONYMOUS_LINES;
    if (!kind.hasLine(request, isLeft)) return false;
    if (isAnonymous) this.#anonymousLines += 1;
    return true;
  }

  /** The sums for the log, a line for each kind. */
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
  /** `error` if one of them met a fault of the server. */
  readonly level: "error" | "info";
  readonly fields: object;
}

/** The requests of one minute with the same status and the same reason of refusal. */
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
      ...this.#tokens.mostOften("tokens"),
      ...this.#addresses.mostOften("addresses"),
      ...this.#paths.mostOften("paths", loggableStart),
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

/** A path up to its second slash, as it was sent. It is cleaned for the log only when a sum is written. */
function startOf(path: string): string {
  const end = path.indexOf("/", 1);
  return path.slice(0, Math.min(end === -1 ? path.length : end, PATH_READ_LIMIT));
}

function loggableStart(start: string): string {
  return loggable(start).slice(0, PATH_START_LIMIT);
}

/** Counts how often each name comes, in bounded memory: it counts NAMES_LIMIT names and no more. */
class NameCounts {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    const count = this.#counts.get(name) ?? 0;
    if (count > 0 || this.#counts.size < NAMES_LIMIT) this.#counts.set(name, count + 1);
  }

  /** The names that came most often with their counts, under that key, and the number of other names. */
  mostOften(key: string, written = (name: string): string => name): Readonly<Record<string, unknown>> {
    if (this.#counts.size === 0) return {};
    const byCount = [...this.#counts].toSorted(([, one], [, other]) => other - one);
    const more = byCount.length - NAMES_LOGGED;
    const counts: Record<string, number> = {};
    for (const [name, count] of byCount.slice(0, NAMES_LOGGED)) {
      const text = written(name);
      counts[text] = (counts[text] ?? 0) + count;
    }
    return { [key]: counts, ...(more > 0 ? { [`more_${key}`]: more } : {}) };
  }
}
