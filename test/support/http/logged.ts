import type { TestApi } from "./api.ts";

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Every line of the log so far, read as JSON. */
export function logged(api: TestApi): readonly LogLine[] {
  return api.logLines.map((line) => JSON.parse(line));
}

/** The lines about requests. */
export function loggedRequests(api: TestApi): readonly LogLine[] {
  return logged(api).filter(({ message }) => message === "request");
}

/** The lines about the server's own faults. */
export function loggedFaults(api: TestApi): readonly LogLine[] {
  return logged(api).filter(({ level }) => level === "error");
}
