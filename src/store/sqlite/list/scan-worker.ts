/** The main file of a thread of scans: see ScanThread. */
import type { ScanOutcome, ScanSetup } from "./scan-message.ts";
import { failureOf } from "./scan-message.ts";
import { readScan } from "./scan-reading.ts";
import { ScanEnded, ScanSignals } from "./scan-signals.ts";
import { taskFrom } from "./scan-task.ts";
import { SharedCounter } from "./shared-counter.ts";

declare const self: Worker;

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
