/** A thread with clients that read long lists, one after the other, until it is stopped. See longest-wait.ts. */

import { setPriority } from "node:os";

/** The requests of one kind. */
export interface LongReads {
  readonly name: string;
  readonly endpoint: string;
  /** The bodies, which each client sends in turn. */
  readonly bodies: readonly object[];
  /** After so many milliseconds each client leaves, and begins again; null if it waits. */
  readonly leavesAfterMs?: number;
}

export interface LongReadsTask extends LongReads {
  readonly port: number;
  readonly secret: string;
}

/** The message after each answer, with its status and its time. */
export interface LongRead {
  readonly status: number;
  readonly ms: number;
}

const CLIENTS = 2;

declare const self: Worker;

// Clients are on other machines: here they leave the processor to the server and to the measured requests.
if (process.platform === "linux") setPriority(0, 19);

self.onmessage = async ({ data }: MessageEvent<LongReadsTask>) => {
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => readForEver(data, client)));
};

async function readForEver(task: LongReadsTask, first: number): Promise<never> {
  for (let turn = first; ; turn += 1) {
    const startedAt = performance.now();
    const status = await statusOf(task, task.bodies[turn % task.bodies.length] ?? {});
    const read: LongRead = { status, ms: performance.now() - startedAt };
    self.postMessage(read);
  }
}

/** The status of an answer; 0 if the client did not wait for it. */
async function statusOf(
  { port, secret, endpoint, leavesAfterMs }: LongReadsTask,
  body: object,
): Promise<number> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/publisher.v1/${endpoint}`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      ...(leavesAfterMs === undefined ? {} : { signal: AbortSignal.timeout(leavesAfterMs) }),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}
