import { expect, test } from "bun:test";
import fc from "fast-check";
import { joined, split } from "../../../public/admin/session/secret-halves.ts";

test("two halves give the text, and halves of different splits do not", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(text, (text) => {
      const [first, second] = [split(text), split(text)];
      expect(joined(first)).toBe(text);
      expect(joined({ one: first.other, other: first.one })).toBe(text);
      if (text.length >= 16) {
        expect(second.one).not.toBe(first.one);
        expect(joined({ one: first.one, other: second.other })).not.toBe(text);
      }
    }),
  );
});

test("no bit of a half depends on the text", () => {
  const [runs, bytes] = [4000, 8];
  const ones = { one: Array(bytes * 8).fill(0), other: Array(bytes * 8).fill(0) };
  for (let run = 0; run < runs; run += 1) {
    const halves = split("sk_live_".slice(0, bytes));
    for (const half of ["one", "other"] as const) {
      const bits = BigInt(`0x${halves[half]}`)
        .toString(2)
        .padStart(bytes * 8, "0");
      for (const [index, bit] of [...bits].entries()) ones[half][index] += Number(bit);
    }
  }
  // Six standard deviations around the half.
  const slack = 6 * Math.sqrt(runs / 4);
  for (const count of [...ones.one, ...ones.other]) expect(Math.abs(count - runs / 2)).toBeLessThan(slack);
});

test.each([
  ["", ""],
  ["00", ""],
  ["00", "0000"],
  ["0", "0"],
  ["zz", "zz"],
  ["00", "ff"],
])("%p and %p are not the halves of a text", (one, other) => {
  expect(joined({ one, other })).toBeNull();
});
