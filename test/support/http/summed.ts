import { RequestLog } from "../../../src/http/request-log.ts";
import type { LoggedRequest } from "../../../src/http/request-log-sums.ts";
import { makeLog } from "../../../src/log/log.ts";
import type { LogLevel } from "../../../src/log/log-levels.ts";
import type { AuthenticationRefusal } from "../../../src/tokens/refusal.ts";
import type { LogLine } from "./logged.ts";

/** A request as the log hears of it: anonymous, from 192.0.2.1, refused nowhere and answered 404, unless told. */
export interface Heard {
  readonly status?: number;
  readonly refusal?: AuthenticationRefusal | null;
  readonly ip?: string | null;
  readonly path?: string;
  /** The id of the token that came with it. */
  readonly token?: string;
  readonly fault?: Error;
}

/** A log of requests on a clock that stands still, and every line of it. */
export class SummedLog {
  nowMs = 0;
  readonly lines: LogLine[] = [];
  readonly requestLog: RequestLog;

  constructor(level: LogLevel = "info", checkEveryMs?: number) {
    const log = makeLog(level, { write: (line) => void this.lines.push(JSON.parse(line)) });
    this.requestLog = new RequestLog(log, () => this.nowMs, checkEveryMs);
  }

  /** Tells the log of so many requests. */
  hear(count: number, heard: Heard | ((index: number) => Heard) = {}): void {
    for (let index = 0; index < count; index += 1) {
      const { status = 404, ...rest } = typeof heard === "function" ? heard(index) : heard;
      this.requestLog.answered(requestOf(rest), "GET", status, 1);
    }
  }

  /** The requests that have a line of their own. */
  get full(): readonly LogLine[] {
    return this.lines.filter(({ message }) => message === "request");
  }

  get sums(): readonly LogLine[] {
    return this.lines.filter(({ message }) => message === "requests summed up");
  }

  get faults(): readonly LogLine[] {
    return this.lines.filter(({ error }) => error !== undefined);
  }

  /** How many requests the log tells of, in lines of their own and in sums. */
  get told(): number {
    return this.full.length + this.sums.reduce((total, { requests }) => total + Number(requests), 0);
  }
}

function requestOf({
  refusal = null,
  ip = "192.0.2.1",
  path = "/nope",
  token,
  fault,
}: Omit<Heard, "status">): LoggedRequest {
  return {
    id: "0".repeat(32),
    requestId: "0".repeat(32),
    ip,
    path,
    outcome: {
      shown: token === undefined ? null : { id: token },
      refusal,
      hasUnknownOptions: false,
      fault: fault === undefined ? null : { error: fault, message: fault.message },
    },
  };
}
