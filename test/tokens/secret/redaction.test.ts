import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  containsSecret,
  excerpt,
  withoutPlainSecrets,
  withoutSecrets,
} from "../../../src/tokens/secret/redaction.ts";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { checksumOf } from "../../../src/tokens/secret/secret-form.ts";
import { encoded } from "./encodings.ts";

const REMOVED = "sk_live_[removed]";
const SECRET = makeSecret(() => new Uint8Array(32).fill(200));
const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => makeSecret(() => bytes));

/** Text that stands around secrets, whole and broken encodings among it. */
const around = fc.constantFrom(
  ...["/a b/", "Bearer ", ...'/ /%zz/ /100%/ /x%20y/ /é/ /\ud800/ ?token= /% {"token":" /&#/'.split(" ")],
);
const behind = fc.constantFrom("/", "/x%20y", "/%zz/%", '"}', " is wrong", "/%C3%A9", "");

test("a secret is taken out of text, and nothing else", () => {
  expect(withoutSecrets(`a ${SECRET}, b=${SECRET.slice(0, -9)}&c ${SECRET}`)).toBe(
    `a ${REMOVED}, b=${REMOVED}&c ${REMOVED}`,
  );
  expect(withoutSecrets(`/${SECRET}${SECRET}/`)).toBe(`/${REMOVED}/`);
  expect(withoutSecrets("sk_live_ begins a secret")).toBe("sk_live_ begins a secret");
});

test.each([
  ["/%zz/sk%5flive_", "/%zz/"],
  ["/%2573k_live_", "/"],
  ["/SK_LIVE_", "/"],
  ["/Sk%5FlIvE%255f", "/"],
  ["/sk&#95;live&lowbar;", "/"],
  ["/sk%u005flive\\u005f", "/"],
  ["/ｓｋ＿ｌｉｖｅ＿", "/"],
  ["/%EF%BD%93k%00_live_", "/"],
  ["/sk\u200b_live_", "/"],
])("a prefix such as %s does not hide one", (prefix, kept) => {
  expect(withoutSecrets(`${prefix}${SECRET.slice(8)}/x`)).toBe(`${kept}${REMOVED}/x`);
});

test("a secret is found in every mix of encodings, and the text around it stays as it is", () => {
  const written = fc.tuple(around, secrets.chain(encoded), behind);
  fc.assert(
    fc.property(written, ([before, secret, after]) => {
      expect(withoutSecrets(before + secret + after)).toBe(before + REMOVED + after);
    }),
    { numRuns: 1000 },
  );
});

test("so is one that was cut short, mistyped or written in other cases", () => {
  const parts = fc
    .tuple(
      secrets,
      fc.integer({ min: 18, max: 57 }),
      fc.array(fc.boolean(), { minLength: 57, maxLength: 57 }),
    )
    .map(([secret, length, isUpper]) =>
      Array.from(secret.slice(0, length), (character, place) =>
        isUpper[place] ? character.toUpperCase() : character.toLowerCase(),
      ).join(""),
    );
  fc.assert(
    fc.property(around, parts.chain(encoded), behind, (before, secret, after) => {
      expect(withoutSecrets(before + secret + after)).toBe(before + REMOVED + after);
    }),
  );
});

test.each([
  ["spaces", (secret: string) => secret.replaceAll(/.{8}/g, "$& ")],
  ["hyphens", (secret: string) => secret.replaceAll(/.{8}/g, "$&-")],
  ["hyphens in its prefix too", (secret: string) => [...secret].join("-")],
  ["spaces in its prefix too", (secret: string) => [...secret].join(" ")],
  ["path separators", (secret: string) => secret.replaceAll(/.{5}/g, "$&/")],
  ["dots, encoded", (secret: string) => [...secret].join("%2e")],
])("a whole secret with %s between its characters is taken out", (_, broken) => {
  const written = broken(SECRET).replace(/[^0-9A-Za-z]$/, "");
  expect(withoutSecrets(`/x/${written}/y`)).toBe(`/x/${REMOVED}/y`);
});

describe("a secret that lost its prefix", () => {
  test("is known by its checksum", () => {
    fc.assert(
      fc.property(
        // Behind these two, the first characters can be bytes of an encoding.
        around.filter((text) => !/[%=]$/.test(text)),
        secrets.chain((secret) => encoded(secret.slice(8))),
        behind,
        (before, secret, after) => {
          expect(withoutSecrets(before + secret + after)).toBe(before + REMOVED + after);
        },
      ),
    );
    expect(withoutSecrets(`sk-live-${SECRET.slice(8)}`)).toBe(REMOVED);
    expect(withoutSecrets(`0${SECRET.slice(8)}1`)).toBe(`0${REMOVED}1`);
  });

  test.each([
    ["an id", "atok_0VbrGZw82orhY4HgQJ6PRO"],
    ["a digest", "4c61d8e42e9439459da32707051828b548129a1b9d23135fa171c73d4db8b247"],
    ["49 characters whose checksum does not fit", "0".repeat(49)],
    ["one character less", SECRET.slice(9)],
  ])("is not taken for %s", (_, text) => {
    expect(withoutSecrets(`/${text}/`)).toBe(`/${text}/`);
  });
});

function percentEncoded(text: string): string {
  return Array.from(text, (character) => `%${character.charCodeAt(0).toString(16)}`).join("");
}

/** Whether base64 digits in the text decode to something that has a good part of the secret in it. */
function decodesTo(text: string, secret: string): boolean {
  return [...text.matchAll(/[\w+/-]+/g)].some(([word]) =>
    [0, 1, 2, 3].some((skipped) =>
      Buffer.from(word.slice(skipped), "base64").toString("latin1").includes(secret.slice(8, 18)),
    ),
  );
}

test("Basic credentials are looked into, wherever they begin", () => {
  const written = fc.tuple(
    fc.constantFrom("/", "/a/", "/ab/", "/abc/", "Basic ", "/x%20"),
    fc.string({ unit: "grapheme-ascii", maxLength: 8 }),
    secrets,
    fc.constantFrom("", ":", "\n"),
    fc.constantFrom("base64", "base64url"),
    fc.constantFrom((text: string) => text, encodeURIComponent, percentEncoded),
  );
  fc.assert(
    fc.property(written, ([before, user, secret, end, encoding, again]) => {
      const credentials = Buffer.from(`${user}:${secret}${end}`).toString(encoding);
      expect(decodesTo(before + credentials, secret)).toBe(true);
      const clean = withoutSecrets(`${before}${again(credentials)}/list`);
      expect(decodesTo(clean, secret)).toBe(false);
      expect(clean).toStartWith(before);
      expect(clean).toContain(REMOVED);
      expect(clean).toEndWith("/list");
    }),
  );
});

test("text that is encoded deeper than anybody looks is taken out as a whole", () => {
  const digits = (text: string) => Array.from(text, (character) => `&#${character.charCodeAt(0)};`).join("");
  const deep = Array.from({ length: 4 }).reduce<string>(digits, "_");
  const percents = `/%${"25".repeat(500)}`;
  expect(withoutSecrets(`${percents}5f`)).toBe(`${percents}5f`);
  expect(withoutSecrets(`/sk%${"25".repeat(500)}5flive_${SECRET.slice(8)}/x`)).toBe(`/${REMOVED}/x`);
  expect(withoutSecrets(`/${deep}/x`)).toBe(`/${deep}/x`);
  let deeper = "_";
  for (let depth = 0; depth < 9; depth += 1)
    deeper = deeper.replaceAll(depth % 2 === 0 ? /^./g : "&", (character) => `&#${character.charCodeAt(0)};`);
  expect(withoutSecrets(`/sk${deeper}live${deeper}${SECRET.slice(8)}`)).toBe(
    "[removed: encoded too many times]",
  );
});

test("text that holds no secret is not changed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), around, fc.webPath(), (text, before, path) => {
      const whole = `${text}${before}${path}`;
      fc.pre(!/live/i.test(whole));
      expect(withoutSecrets(whole)).toBe(whole);
    }),
  );
});

describe("an excerpt", () => {
  test("is the start of the text without secrets, as long as it may be", () => {
    const parts = secrets.chain((secret) =>
      fc.tuple(encoded(secret.slice(0, 18)), encoded(secret.slice(18))),
    );
    fc.assert(
      fc.property(fc.nat(400), parts, fc.nat(400), (before, [start, rest], after) => {
        // Beyond this, the text that is read ends before there is enough of a secret to know it or to use it.
        fc.pre(start.length < 700);
        const text = `${"y".repeat(before)}/${start}${rest}/${"z".repeat(after)}`;
        const whole = withoutSecrets(text);
        const clean = excerpt(text, 256);
        expect(clean.length).toBeLessThanOrEqual(257);
        expect(clean.endsWith("…") ? whole.startsWith(clean.slice(0, -1)) : clean === whole).toBe(true);
        if (text.length < 640) expect(clean).toBe(whole.length > 256 ? `${whole.slice(0, 256)}…` : whole);
      }),
    );
  });

  test("leaves nothing of a secret before the cut", () => {
    for (let before = 0; before <= 1100; before += 1) {
      const clean = excerpt("x".repeat(before) + SECRET, 256);
      expect(clean).not.toContain(SECRET.slice(0, 9));
      expect(excerpt(`${"x".repeat(before)}/${SECRET.slice(8)}`, 256)).not.toContain(SECRET.slice(8, 12));
    }
  });

  test("of many secrets has all of them taken out", () => {
    const many = excerpt(`/${SECRET}`.repeat(1000), 256);
    expect(many).not.toContain(SECRET.slice(8, 12));
    expect(many).toEndWith("…");
    for (let count = 1; count <= 60; count += 1)
      expect(excerpt(`/${SECRET.slice(8)}`.repeat(count), 256)).not.toContain(SECRET.slice(8, 12));
    for (let before = 0; before <= 171; before += 1) {
      const text = `/${percentEncoded(SECRET)}`.repeat(5) + "x".repeat(before);
      expect(excerpt(`${text}/${SECRET.slice(8)}/${"y".repeat(500)}`, 256)).not.toContain(
        SECRET.slice(8, 12),
      );
    }
  });

  test.each([
    ["x".repeat(256), "x".repeat(256)],
    ["x".repeat(257), `${"x".repeat(256)}…`],
    ["x".repeat(100_000), `${"x".repeat(256)}…`],
    [`${"x".repeat(255)}😀`, `${"x".repeat(255)}\ufffd…`],
    ["", ""],
  ])("%# is cut where it has to be", (text, expected) => {
    expect(excerpt(text, 256)).toBe(expected);
  });
});

test("secrets that are not encoded are taken out of a whole line", () => {
  expect(withoutPlainSecrets(`{"a":"${SECRET}","b":"x${SECRET.toLowerCase()}"}`)).toBe(
    `{"a":"${REMOVED}","b":"x${REMOVED}"}`,
  );
});

test("UTF-16 in base64 is looked into, as in an encoded command of PowerShell", () => {
  const command = Buffer.from(`$t = "${SECRET}"`, "utf16le").toString("base64");
  expect(withoutSecrets(`powershell -EncodedCommand ${command}`)).not.toContain(command.slice(40, 80));
});

test("a short text that stands for a very long one is taken out as a whole", () => {
  const chain = "%26%23x25;26%23x25;26%23x25;26%23x25;41";
  expect(withoutSecrets("\ufdfa".repeat(1000) + chain)).toBe("[removed: encoded too many times]");
  expect(containsSecret("\ufdfa".repeat(1000) + chain)).toBe(true);
  expect(withoutSecrets("\ufdfa".repeat(200))).toBe("\ufdfa".repeat(200));
});

test("a short text can have a secret without its prefix", () => {
  const unchecked = `sk_live_${"ffi".repeat(14)}f`;
  const secret = unchecked + checksumOf(unchecked, Bun.hash.crc32);
  const body = secret.slice("sk_live_".length);
  const grouped = body.match(/.{1,7}/g) ?? [];
  for (const text of [body, grouped.join(" "), body.replaceAll("ffi", "\ufb03")])
    expect([text, containsSecret(text), withoutSecrets(text)]).toEqual([text, true, REMOVED]);
  expect(containsSecret(body.slice(1))).toBe(false);
});
