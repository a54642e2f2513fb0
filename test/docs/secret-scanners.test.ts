import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { RE2JS } from "re2js";
import { type } from "../../src/http/body/arktype.ts";
import { isSecret } from "../../src/tokens/secret/secret.ts";
import { isHardToGuess } from "../../src/tokens/secret/weak-secrets.ts";
import { TemporaryDirectory } from "../support/temporary.ts";
import {
  AROUND,
  BEHIND_A_LETTER,
  BESIDE,
  block,
  finds,
  gitHubPattern,
  gitleaksRules,
  PAGE,
  publisherPatterns,
  truffleHogDetectors,
  VECTORS,
} from "./scanner-page.ts";

const PYTHON = Bun.which("python3");
const GITLEAKS = Bun.which("gitleaks");
const EVERYWHERE = [...AROUND, ...BEHIND_A_LETTER];

test("the vectors have the form of a secret, and a checksum that fits where the page says so", () => {
  expect(VECTORS.filter(({ fits }) => fits)).toHaveLength(4);
  expect(VECTORS.filter(({ fits }) => !fits)).toHaveLength(2);
  for (const { secret, fits } of VECTORS) {
    expect(secret).toMatch(/^sk_live_[0-9A-Za-z]{49}$/);
    expect(isSecret(secret), secret).toBe(fits);
  }
  expect(VECTORS.some(({ secret, fits }) => fits && secret.at(-6) === "0")).toBe(true);
});

test("none of the vectors can be the first token of a store", () => {
  for (const { secret, fits } of VECTORS)
    if (fits) expect([secret, isHardToGuess(secret)]).toEqual([secret, false]);
});

test("no scanner finds a secret on the page itself, Stripe's patterns included", () => {
  expect(PAGE).not.toMatch(/sk_live_[0-9A-Za-z]{10,}/);
});

test("each pattern finds a secret in every place, and nothing beside it", () => {
  const names = ["publisher-token", "PublisherToken", "another scanner"];
  expect(publisherPatterns().map(({ name }) => name)).toEqual(names);
  const places = [
    ...publisherPatterns().map((pattern) => [pattern, EVERYWHERE] as const),
    [gitHubPattern(), AROUND] as const,
  ];
  for (const [pattern, right] of places) {
    const found = (change: (secret: string) => string) =>
      VECTORS.map(({ secret }) => change(secret)).filter((text) => finds(pattern, text));
    for (const place of right) {
      const all = VECTORS.map(({ secret }) => place(secret));
      expect([pattern.name, ...found(place)]).toEqual([pattern.name, ...all]);
    }
    for (const change of BESIDE) expect([pattern.name, ...found(change)]).toEqual([pattern.name]);
  }
});

test("the page names one form of a secret, in words and for GitHub", () => {
  expect([...PAGE.matchAll(/^ {4}(sk_live_\[.*)$/gm)].map(([, form]) => form)).toEqual([
    "sk_live_[0-9A-Za-z]{49}",
  ]);
  expect(gitHubPattern().regex).toContain(")sk_live_[0-9A-Za-z]{49}(");
});

const PUBLISHER_LENGTH = 49;
/** How many characters TruffleHog's own detector for Stripe takes behind the prefix. */
const STRIPE_LENGTHS = Array.from({ length: 228 }, (_, index) => 20 + index);

/** A key as Stripe's, with that many characters behind its prefix. */
function stripeKey(prefix: string, length: number): string {
  return prefix + "7dQ2mZ9aK4wX1pR8sT6vB3nC5hJ0".repeat(9).slice(0, length);
}

test("for TruffleHog, each length of a key is found by exactly one detector of the page", () => {
  for (const prefix of ["sk_live_", "rk_live_"]) {
    for (const length of STRIPE_LENGTHS) {
      const text = `key=${stripeKey(prefix, length)}\n`;
      const names = truffleHogDetectors().flatMap((pattern) => (finds(pattern, text) ? [pattern.name] : []));
      const isPublisher = prefix === "sk_live_" && length === PUBLISHER_LENGTH;
      expect([text, ...names]).toEqual([text, isPublisher ? "PublisherToken" : "StripeKey"]);
    }
  }
});

test("gitleaks' own rules leave Publisher's secrets to the page's rule, and keep Stripe's keys", () => {
  const others = gitleaksRules().filter(({ id }) => id !== "publisher-token");
  expect(others.map(({ id }) => id)).toEqual(["stripe-access-token", "curl-auth-header", "curl-auth-user"]);
  for (const { id, regex, allowlists = [] } of others) {
    expect([id, regex]).toEqual([id, undefined]);
    const allowed = allowlists.flatMap(({ regexes }) => regexes).map((allow) => RE2JS.compile(allow));
    const isAllowed = (found: string) => allowed.some((allow) => allow.matcher(found).find());
    for (const { secret } of VECTORS) {
      expect([id, isAllowed(secret), isAllowed(`"user:${secret}"`)]).toEqual([id, true, true]);
    }
    const lengths = STRIPE_LENGTHS.filter((length) => isAllowed(stripeKey("sk_live_", length)));
    expect([id, ...lengths]).toEqual([id, PUBLISHER_LENGTH]);
  }
});

/** Each of them keeps TruffleHog's detectors for Stripe from asking Stripe. */
const PREVENTS = [
  "--exclude-detectors=stripe,stripepaymentintent",
  "--include-detectors=CustomRegex",
  "--no-verification",
];

test("each TruffleHog command of the page finds Publisher's secrets, and sends none to Stripe", () => {
  const commands = [...PAGE.matchAll(/^ {4}(trufflehog .*)$/gm)].map(([, command = ""]) =>
    command.split(" "),
  );
  expect(commands).toHaveLength(3);
  for (const options of commands) {
    expect(options).toContain("--config=publisher.yaml");
    expect([options, PREVENTS.some((option) => options.includes(option))]).toEqual([options, true]);
    expect(options).not.toContain("--allow-verification-overlap");
  }
});

test.skipIf(PYTHON === null)(
  "the script of the page prints the secrets whose checksum fits and no others, from any bytes",
  () => {
    const texts = VECTORS.flatMap(({ secret }) => [...EVERYWHERE, ...BESIDE].map((text) => text(secret)));
    const { stdout, stderr } = Bun.spawnSync([PYTHON ?? "", "-c", block("python")], {
      stdin: Buffer.concat([Buffer.from(texts.join("\n")), Buffer.from([0, 0xff, 0xc3])]),
      env: { ...Bun.env, PYTHONIOENCODING: "utf-8:strict" },
    });
    const right = VECTORS.filter(({ fits }) => fits).flatMap(({ secret }) => EVERYWHERE.map(() => secret));
    expect([stderr.toString(), stdout.toString().trim().split("\n")]).toEqual(["", right]);
  },
);

const Report = type({ File: "string", RuleID: "string", Secret: "string" }).array();

test.skipIf(GITLEAKS === null)(
  "gitleaks itself reports each secret once, and Stripe's keys as Stripe's",
  () => {
    using temporary = new TemporaryDirectory();
    const keys = [24, 99].map((length) => stripeKey("sk_live_", length));
    const texts = [
      ...VECTORS.flatMap(({ secret }) =>
        EVERYWHERE.map((place) => ({ rule: "publisher-token", secret, text: place(secret) })),
      ),
      ...keys.map((secret) => ({ rule: "stripe-access-token", secret, text: `key=${secret}\n` })),
    ];
    for (const [index, { text }] of texts.entries())
      writeFileSync(join(temporary.path, `${index}.txt`), text);
    const configuration = join(temporary.path, ".gitleaks.toml");
    writeFileSync(configuration, block("toml"));
    const { stdout } = Bun.spawnSync(
      [GITLEAKS ?? "", "dir", temporary.path, "-c", configuration, "--no-banner", "-f", "json", "-r", "-"],
      { stderr: "ignore" },
    );
    const found = Report.assert(JSON.parse(stdout.toString())).map(
      ({ File, RuleID, Secret }) => `${File.replace(/.*\//, "")} ${RuleID} ${Secret}`,
    );
    expect(found.sort()).toEqual(
      texts.map(({ rule, secret }, index) => `${index}.txt ${rule} ${secret}`).sort(),
    );
  },
);
