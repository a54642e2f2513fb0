import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromBase62, toBase62 } from "../../../src/tokens/secret/base62.ts";

const WIDTH = 12;
const GREATEST = 62n ** BigInt(WIDTH) - 1n;
const number = fc.bigInt({ min: 0n, max: GREATEST });

test.each([
  [0n, 1, "0"],
  [0n, 4, "0000"],
  [9n, 1, "9"],
  [10n, 1, "A"],
  [35n, 1, "Z"],
  [36n, 1, "a"],
  [61n, 1, "z"],
  [62n, 3, "010"],
  [62n ** 3n - 1n, 3, "zzz"],
])("%p in %p digits is %p", (value, width, digits) => {
  expect(toBase62(value, width)).toBe(digits);
  expect(fromBase62(digits)).toBe(value);
});

test("a number that does not fit is refused and not cut", () => {
  expect(() => toBase62(62n ** 3n, 3)).toThrow(RangeError);
});

test("every number comes back", () => {
  fc.assert(
    fc.property(number, (value) => {
      const digits = toBase62(value, WIDTH);
      expect(digits).toMatch(/^[0-9A-Za-z]{12}$/);
      expect(fromBase62(digits)).toBe(value);
    }),
  );
});

test("text of one width sorts as its numbers do", () => {
  fc.assert(
    fc.property(number, number, (left, right) => {
      expect(toBase62(left, WIDTH) < toBase62(right, WIDTH)).toBe(left < right);
    }),
  );
});
