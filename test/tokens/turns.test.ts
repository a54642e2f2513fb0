import { expect, test } from "bun:test";
import { Turns } from "../../src/tokens/turns.ts";

/** Work that begins and ends when the test says so, and what happened in which order. */
function played() {
  const events: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => async () => {
    events.push(`${name} begins`);
    await new Promise<void>((resolve) => ends.set(name, resolve));
    events.push(`${name} ends`);
    return name;
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await Bun.sleep(0);
  };
  return { events, work, end };
}

test("readers work together, a writer alone, and nobody overtakes a writer who waits", async () => {
  const turns = new Turns();
  const { events, work, end } = played();
  const done = [
    turns.read(work("reader 1")),
    turns.read(work("reader 2")),
    turns.write(work("writer 1")),
    turns.read(work("reader 3")),
    turns.write(work("writer 2")),
  ];
  await Bun.sleep(0);
  expect(events.splice(0)).toEqual(["reader 1 begins", "reader 2 begins"]);
  await end("reader 2");
  expect(events.splice(0)).toEqual(["reader 2 ends"]);
  await end("reader 1");
  expect(events.splice(0)).toEqual(["reader 1 ends", "writer 1 begins"]);
  await end("writer 1");
  expect(events.splice(0)).toEqual(["writer 1 ends", "reader 3 begins"]);
  await end("reader 3");
  await end("writer 2");
  expect(events).toEqual(["reader 3 ends", "writer 2 begins", "writer 2 ends"]);
  expect(await Promise.all(done)).toEqual(["reader 1", "reader 2", "writer 1", "reader 3", "writer 2"]);
});

test("who fails keeps nobody else from a turn", async () => {
  const turns = new Turns();
  const fail = () => Promise.reject(new Error("no"));
  const failures = [turns.read(fail), turns.write(fail), turns.read(fail)];
  const last = [turns.write(() => Promise.resolve(1)), turns.read(() => Promise.resolve(2))];
  const outcomes = await Promise.allSettled(failures);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(await Promise.all(last)).toEqual([1, 2]);
});
