/** The main file of a thread of scans: see ScanThread. */
import { setPriority } from "node:os";
import type { ScanOutcome, ScanSetup } from "./scan-message.ts";
import { failureOf } from "./scan-message.ts";
import { readScan } from "./scan-reading.ts";
import { ScanEnded, ScanSignals } from "./scan-signals.ts";
import { taskFrom } from "./scan-task.ts";
import { SharedCounter } from "./shared-counter.ts";

declare const self: Worker;

/** How much less of a busy processor a scan gets than the thread that answers requests: setpriority(2), "nice". */
const NICE = 5;

/** The thread that calls setpriority(2). On other systems than Linux that is the whole process. */
const THIS_THREAD = 0;

if (process.platform === "linux") lowerPriority();

/** A sandbox can forbid this, such as the systemd unit in docs/deploy/. Scans then run at the usual priority. */
function lowerPriority(): void {
  try {
    setPriority(THIS_THREAD, NICE);
  } catch {
    return;
  }
}

self.onmessage = ({ data }: MessageEvent<ScanSetup>) => {
  const { path } = data;
  const signals = new ScanSignals(data.signals);
  const writes = new SharedCounter(data.writes);
  const parts = { path, check: signals.check, countWrites: () => writes.value };
  self.onmessage = async ({ data: text }: MessageEvent<string>) => {
    const outcome = await outcomeOf(async () => await readScan(taskFrom(text), parts));
    signals.done();
    self.postMessage(outcome);
  };
};

async function outcomeOf(read: () => Promise<unknown>): Promise<ScanOutcome> {
  try {
    return { kind: "answer", json: JSON.stringify(await read()) };
  } catch (error) {
    return error instanceof ScanEnded ? { kind: "ended" } : { kind: "failed", failure: failureOf(error) };
  }
}
