import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { numberFrom } from "../../../src/tokens/random.ts";
import { toBase62 } from "../../../src/tokens/secret/base62.ts";
import { isSecret, makeSecret } from "../../../src/tokens/secret/secret.ts";
import { isHardToGuess, PREDICTABLE_BITS, VIEWS } from "../../../src/tokens/secret/weak-secrets.ts";

/** A well-formed secret of these digits. */
function secretOf(digits: string): string {
  const unchecked = `sk_live_${digits}`;
  const secret = unchecked + toBase62(BigInt(Bun.hash.crc32(unchecked)), 6);
  expect([digits, isSecret(secret)]).toEqual([digits, true]);
  return secret;
}

function repeated(block: string): string {
  return secretOf(block.repeat(43).slice(0, 43));
}

function fromBytes(byte: (place: number) => number): string {
  return makeSecret((count) => Uint8Array.from({ length: count }, (_, place) => byte(place)));
}

function fromText(text: string): string {
  return makeSecret((count) => new TextEncoder().encode(text.padEnd(count)).slice(0, count));
}

/** The same bytes in every run, and random to anybody who does not know how they are made. */
function hashed(text: string): Uint8Array {
  return new Bun.CryptoHasher("sha256").update(text).digest();
}

describe("a secret that can be guessed is known:", () => {
  const GUESSABLE: Readonly<Record<string, string>> = {
    "one digit": repeated("0"),
    "one digit, but for the last": secretOf(`${"z".repeat(10)}${"A".repeat(33)}`),
    "two digits": repeated("ab"),
    "the capital example": secretOf(`${"EXAMPLE".repeat(6)}0`),
    "the small example": secretOf(`${"example".repeat(6)}0`),
    "the mixed example": secretOf(`${"Example".repeat(6)}1`),
    "a run": secretOf("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg"),
    "a run backwards": secretOf("gfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA9876543210"),
    "a run of every third": secretOf("0369CFILORUXadgjmpsvy147ADGJMPSVYbehknqtwz2"),
    "the alphabet in two cases": repeated("AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVv"),
    "the alphabet in pieces": repeated("abc123def456ghi789jkl012mno345pqr678stu901v"),
    "columns of a keyboard": secretOf("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0pQAZWSXE"),
    "two runs that take turns": secretOf("a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0u1v"),
    "two opposite runs": secretOf("aZbYcXdWeVfUgThSiRjQkPlOmNnMoLpKqJrIsHtGuFv"),
    "rows of a keyboard": repeated("qwertyuiopasdfghjklzxcvbnm1234567890QWERTY"),
    "decimal digits": secretOf("3141592653589793238462643383279502884197169"),
    "hexadecimal digits": secretOf("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0"),
    "eight symbols in any order": secretOf(
      Array.from(hashed("d").toHex().slice(0, 43), (digit) =>
        "aB3xZ9kQ".charAt(Number.parseInt(digit, 16) % 8),
      ).join(""),
    ),
    "a row of a keyboard in two cases, and back": secretOf("QwErTyUiOpOiUyTrEwQwerTyuIOPpoIUytReWqwERtY"),
    "digits, small letters, capitals": secretOf("83914750268391xqkzjvwmfbpyhgTQXKJZVWMFBPYHG"),
    "small letters": secretOf("xkqjzvwpyfmbgdhclrnsoaiteuxkwqvzjmpybfdghcl"),
    "a random block, again and again": repeated("xK9vQ2mZ7pL4wR8tY3nB5"),
    "words in small letters": repeated("thisismysecretpublishertokendonottellanyone"),
    "words in two cases": repeated("CorrectHorseBatteryStapleIsAFinePasswordButNot"),
    "words of German": repeated("GeheimesPasswortFuerDenServerDerFirmaBitte1"),
    "words of French": repeated("MotDePasseSecretPourLeServeurDeProduction12"),
    "words and years": repeated("Summer2025Winter2024Autumn2023Spring2022Sun"),
    "a password, counted": repeated("Password1Password2Password3Password4Passwo"),
    "the least number": fromBytes(() => 0),
    "the greatest number": fromBytes(() => 255),
    "one bit": fromBytes((place) => (place === 0 ? 128 : 0)),
    "one byte, again and again": fromBytes(() => 200),
    "bytes counted": fromBytes((place) => place),
    "bytes in steps of seven": fromBytes((place) => (place * 7 + 3) % 256),
    "zeros behind 128 random bits": fromBytes((place) => (place < 16 ? (hashed("a")[place] ?? 0) : 0)),
    "a random block of bytes twice": fromBytes((place) => hashed("b")[place % 16] ?? 0),
    "half bytes of eight kinds": makeSecret(() =>
      Uint8Array.fromHex(
        hashed("e")
          .toHex()
          .replaceAll(/[89a-f]/g, (digit) => `${Number.parseInt(digit, 16) - 8}`),
      ),
    ),
    "text as bytes": fromText("correct horse battery staple"),
    "a sentence without repetitions as bytes": fromText("Jackdaws love my big Sphinx of Q"),
    "a password as bytes": fromText("MySecretPassword2026!?"),
  };
  for (const [name, secret] of Object.entries(GUESSABLE)) {
    test(name, () => {
      expect(isHardToGuess(secret)).toBe(false);
    });
  }

  test("a number of more than 256 bits, which no random secret has", () => {
    const greatest = (1n << 256n) - 1n;
    const random = numberFrom(hashed("c"));
    expect(isHardToGuess(secretOf(toBase62(random, 43)))).toBe(true);
    expect(
      isHardToGuess(secretOf(toBase62((random % (62n ** 43n - greatest - 1n)) + greatest + 1n, 43))),
    ).toBe(false);
  });
});

test("secrets made at random are not refused", () => {
  for (let count = 0; count < 3000; count += 1) {
    const secret = makeSecret(() => hashed(`random ${count}`));
    expect([secret, isHardToGuess(secret)]).toEqual([secret, true]);
  }
});

describe("a random secret is refused less than once in 10⁹ times, since", () => {
  test("each prediction is a probability: that of all symbols adds up to 1", () => {
    for (const { size, predictions } of VIEWS) {
      const symbols = fc.array(fc.oneof(fc.nat(size - 1), fc.constantFrom(0, 1, size - 1)), {
        maxLength: 64,
      });
      const every = Array.from({ length: size }, (_, symbol) => symbol);
      fc.assert(
        fc.property(symbols, (before) => {
          for (const predict of predictions) {
            const likely = every.map((next) => predict(before, next));
            expect(Math.min(...likely)).toBeGreaterThan(0);
            expect(likely.reduce((sum, each) => sum + each)).toBeCloseTo(1, 9);
          }
        }),
      );
    }
  });

  test("so few can be so much more likely than by chance, in one of three views", () => {
    const rowsForASecret = Number(62n ** 43n) / 2 ** 256;
    expect(VIEWS).toHaveLength(3);
    expect((rowsForASecret + 1 + 1) * 2 ** -PREDICTABLE_BITS).toBeLessThan(1e-9);
  });
});
