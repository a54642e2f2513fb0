import { expect, test } from "bun:test";
import { BodyDeadlines } from "../../../src/http/body/body-deadlines.ts";

const never = () => new Promise<string>(() => undefined);

function deadlines(limitMs: number): BodyDeadlines {
  return new BodyDeadlines({ limitMs, sweepEveryMs: 1 }, () => new Error("too slow"));
}

test("bodies that do not arrive end after the limit, also after a time without any", async () => {
  const short = deadlines(10);
  for (let round = 0; round < 2; round += 1) {
    const slow = await Promise.allSettled([short.arrival(never()), short.arrival(never())]);
    const ended = { status: "rejected" as const, reason: new Error("too slow") };
    expect(slow).toEqual([ended, ended]);
    await Bun.sleep(5);
  }
});

test("a body is returned, and its error is thrown, while another body is still open", async () => {
  const long = deadlines(3_600_000);
  const open = long.arrival(never());
  expect(await long.arrival(Promise.resolve("{}"))).toBe("{}");
  expect(await long.arrival(Bun.sleep(5).then(() => "later"))).toBe("later");
  await expect(long.arrival(Promise.reject(new Error("cut off")))).rejects.toThrow("cut off");
  expect(Bun.peek.status(open)).toBe("pending");
  expect(long.size).toBe(1);
});
