import { beforeAll, expect, test } from "bun:test";
import { resolve } from "node:path";
import { RE2JS } from "re2js";
import { type } from "../src/http/arktype.ts";
import { isSecret } from "../src/tokens/secret.ts";

const PAGE = resolve(import.meta.dir, "../docs/secret-scanners.md");
const PYTHON = Bun.which("python3");

interface Vector {
  readonly secret: string;
  readonly fits: boolean;
}

let page: string;
let vectors: readonly Vector[];

beforeAll(async () => {
  page = await Bun.file(PAGE).text();
  const rows = page.matchAll(/^\| `(sk_live_)` \| `(\w+)` *\| `(\w+)` *\| (yes|no) *\|$/gm);
  vectors = [...rows].map(([, prefix = "", random = "", checksum = "", fits]) => ({
    secret: prefix + random + checksum,
    fits: fits === "yes",
  }));
});

/** What stands in the block of that language. */
function block(language: string): string {
  const [, text = ""] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "m").exec(page) ?? [];
  expect(text, language).not.toBe("");
  return text;
}

test("the vectors have the form of a secret, and a checksum that fits where the page says so", () => {
  expect(vectors.filter(({ fits }) => fits)).toHaveLength(4);
  expect(vectors.filter(({ fits }) => !fits)).toHaveLength(2);
  for (const { secret, fits } of vectors) {
    expect(secret).toMatch(/^sk_live_[0-9A-Za-z]{49}$/);
    expect(isSecret(secret), secret).toBe(fits);
  }
  expect(vectors.some(({ secret, fits }) => fits && secret.at(-6) === "0")).toBe(true);
});

test("no scanner finds a secret on the page itself, Stripe's patterns included", () => {
  expect(page).not.toMatch(/sk_live_[0-9A-Za-z]{10,}/);
});

const Gitleaks = type({
  extend: { useDefault: "boolean" },
  rules: type({ id: "string", description: "string", regex: "string", keywords: "string[]" }).array(),
});
const TruffleHog = type({
  detectors: type({ name: "string", keywords: "string[]", regex: { token: "string" } }).array(),
});

/** Every pattern of the page, and the words without which a scanner does not even try it. */
function patterns(): readonly (readonly [name: string, pattern: string, keywords: readonly string[]])[] {
  const gitleaks = Gitleaks.assert(Bun.TOML.parse(block("toml"))).rules;
  const truffleHog = TruffleHog.assert(Bun.YAML.parse(block("yaml"))).detectors;
  const [, gitHub = ""] = /^\| Secret format \| `(.+)` *\|$/m.exec(page) ?? [];
  const [, plain = ""] = /^ {4}(sk_live_\[.*)$/m.exec(page) ?? [];
  const isBounded = "(?:\\A|[^0-9A-Za-z])SECRET(?:\\z|[^0-9A-Za-z])";
  return [
    ...gitleaks.map(({ id, regex, keywords }) => [id, regex, keywords] as const),
    ...truffleHog.map(({ name, regex, keywords }) => [name, regex.token, keywords] as const),
    ["GitHub", isBounded.replace("SECRET", gitHub), []],
    ["the pattern", isBounded.replace("SECRET", plain), []],
  ];
}

/** Places that secrets are found in, and text that has none. */
const AROUND: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `TOKEN=${secret}\n`,
  (secret) => `{"token":"${secret}"}`,
  (secret) => `Authorization: Bearer ${secret}\r\n`,
  (secret) => `https://example.com/?token=${secret}&x=1`,
  (secret) => `  password: '${secret}' # CI`,
];
const BESIDE: readonly ((secret: string) => string)[] = [
  (secret) => secret.slice(0, -1),
  (secret) => `${secret}0`,
  (secret) => secret.replace("live", "test"),
  (secret) => secret.replace("sk_", "pk_"),
  (secret) => secret.replace(/.$/, "-"),
  (secret) => secret.toUpperCase(),
];

test("each pattern, by the engine of the scanners, takes a secret wherever it stands and nothing beside it", () => {
  expect(patterns()).toHaveLength(4);
  for (const [name, pattern, keywords] of patterns()) {
    const finds = (text: string) => RE2JS.compile(pattern).matcher(text).find();
    for (const { secret } of vectors) {
      for (const keyword of keywords) expect(secret).toContain(keyword);
      for (const place of AROUND) expect([name, finds(place(secret))]).toEqual([name, true]);
      for (const change of BESIDE) expect([name, finds(change(secret))]).toEqual([name, false]);
    }
  }
});

test.skipIf(PYTHON === null)(
  "the program of the page prints the secrets whose checksum fits, and no others",
  () => {
    const texts = vectors.flatMap(({ secret }) => [...AROUND, ...BESIDE].map((text) => text(secret)));
    const { stdout, stderr } = Bun.spawnSync([PYTHON ?? "", "-c", block("python")], {
      stdin: Buffer.from(texts.join("\n")),
    });
    const right = vectors.filter(({ fits }) => fits).flatMap(({ secret }) => AROUND.map(() => secret));
    expect([stderr.toString(), stdout.toString().trim().split("\n")]).toEqual(["", right]);
  },
);
