import { expect, test } from "bun:test";
import { makeLog } from "../../src/log/log.ts";
import { QuietLoading } from "../../src/server/quiet-loading.ts";
import { until } from "../support/patience.ts";

const log = makeLog("silent", { write: () => undefined });

test("loads once, after the number of requests was the same twice", async () => {
  const counts = [0, 1, 2, 2, 3];
  const seen: number[] = [];
  const loads: number[] = [];
  const requests = () => {
    const count = counts.shift() ?? 3;
    seen.push(count);
    return count;
  };
  const load = async () => void loads.push(seen.length);
  const loading = new QuietLoading({ requests, load, log }, 1);
  await until(() => loads.length > 0);
  loading.stop();
  expect(seen).toEqual([0, 1, 2, 2]);
  expect(loads).toEqual([4]);
});

test("a failure is logged", async () => {
  const lines: string[] = [];
  const failing = async () => {
    throw new Error("no memory");
  };
  new QuietLoading(
    { requests: () => 0, load: failing, log: makeLog("info", { write: (line) => lines.push(line) }) },
    1,
  );
  await until(() => lines.length > 0);
  expect(lines[0]).toContain("the schemas of requests cannot be loaded");
});
