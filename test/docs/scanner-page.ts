import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { RE2JS } from "re2js";
import { type } from "../../src/http/body/arktype.ts";

/** The text of docs/secret-scanners.md. */
export const PAGE = readFileSync(resolve(import.meta.dir, "../../docs/secret-scanners.md"), "utf8");

/** The page's test vectors. */
export const VECTORS = [...PAGE.matchAll(/^\| `(sk_live_)` \| `(\w+)` *\| `(\w+)` *\| (yes|no) *\|$/gm)].map(
  ([, prefix = "", random = "", checksum = "", fits]) => ({
    secret: prefix + random + checksum,
    fits: fits === "yes",
  }),
);

/** Places in which secrets are found. */
export const AROUND: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `TOKEN=${secret}\n`,
  (secret) => `{"token":"${secret}"}`,
  (secret) => `Authorization: Bearer ${secret}\r\n`,
  (secret) => `curl -H "Authorization: Bearer ${secret}" http://127.0.0.1:8080/`,
  (secret) => `curl -u "user:${secret}" http://127.0.0.1:8080/`,
  (secret) => `https://example.com/?token=${secret}&x=1`,
  (secret) => `  password: '${secret}' # CI`,
  (secret) => `backup_${secret}_old.txt`,
];

/** Places with a letter or digit before the secret, where GitHub's default does not look. */
export const BEHIND_A_LETTER: readonly ((secret: string) => string)[] = [
  (secret) => `{"log":"line\\n${secret}\\nline"}`,
  (secret) => `next=%2Ftoken%3D${secret}%26x`,
];

/** Text that looks like a secret, and is none. */
export const BESIDE: readonly ((secret: string) => string)[] = [
  (secret) => secret.slice(0, -1),
  (secret) => `${secret}0`,
  (secret) => secret.replace("live", "test"),
  (secret) => secret.replace("sk_", "pk_"),
  (secret) => secret.replace(/.$/, "-"),
  (secret) => secret.toUpperCase(),
];

/** The page's block of code in that language. */
export function block(language: string): string {
  const [, text] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "m").exec(PAGE) ?? [];
  if (text === undefined) throw new Error(`The page has no block of ${language}`);
  return text;
}

const Gitleaks = type({
  extend: { useDefault: "true" },
  rules: type({
    id: "string",
    "description?": "string",
    "regex?": "string",
    "keywords?": "string[]",
    "allowlists?": type({ regexes: "string[]" }).array(),
  }).array(),
});

/** With nothing else in it: `verify` would post each secret to a server. */
const TruffleHog = type({
  "+": "reject",
  detectors: type({
    "+": "reject",
    name: "string",
    keywords: "string[]",
    regex: type({ "[string]": "string" }),
  }).array(),
});

/** What a scanner looks for. */
export interface Pattern {
  readonly name: string;
  readonly regex: string;
  /** The scanner tries the pattern only on text that has one of them. */
  readonly keywords: readonly string[];
}

/** The rules in the page's file for gitleaks. */
export function gitleaksRules(): typeof Gitleaks.infer.rules {
  return Gitleaks.assert(Bun.TOML.parse(block("toml"))).rules;
}

/** The detectors in the page's file for TruffleHog. */
export function truffleHogDetectors(): readonly Pattern[] {
  const { detectors } = TruffleHog.assert(Bun.YAML.parse(block("yaml")));
  return detectors.flatMap(({ name, keywords, regex }) =>
    Object.values(regex).map((pattern) => ({ name, regex: pattern, keywords })),
  );
}

/** The patterns of the page that look for a secret of Publisher's, but for GitHub's. */
export function publisherPatterns(): readonly Pattern[] {
  const [, inWords = ""] = /use `(.*\{49\}.*?)`: /.exec(PAGE) ?? [];
  return [
    ...gitleaksRules().flatMap(({ id, regex, keywords = [] }) =>
      regex === undefined ? [] : [{ name: id, regex, keywords }],
    ),
    ...truffleHogDetectors().filter(({ name }) => name === "PublisherToken"),
    { name: "another scanner", regex: inWords, keywords: [] },
  ];
}

/** The pattern for GitHub, between what GitHub's form has by default for the text around it. */
export function gitHubPattern(): Pattern {
  const [, format = ""] = /^\| Secret format \| `(.+)` *\|$/m.exec(PAGE) ?? [];
  return { name: "GitHub", regex: `(?:\\A|[^0-9A-Za-z])${format}(?:\\z|[^0-9A-Za-z])`, keywords: [] };
}

/** Whether the pattern finds something, by the engine of these scanners. */
export function finds({ regex, keywords }: Pattern, text: string): boolean {
  const isTried = keywords.length === 0 || keywords.some((keyword) => text.toLowerCase().includes(keyword));
  return isTried && RE2JS.compile(regex).matcher(text).find();
}
