import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { useTestApi } from "../../support/http/api.ts";
import { mistyped } from "../../support/http/credentials.ts";
import { expectIssues } from "../../support/http/failures.ts";

const SECRET = makeSecret(randomBytes);
const MESSAGE =
  "must not contain the secret of a token: everybody who reads the audit trail could use it. Leave it out, and rotate or revoke that token if others may have seen it";

const wide = (text: string) =>
  text.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));

/** Texts that have a secret in them. */
const WITH: readonly (readonly [name: string, text: (secret: string) => string])[] = [
  ["alone", (secret) => secret],
  ["in a sentence", (secret) => `the token is ${secret}.`],
  ["behind a letter", (secret) => `x${secret}`],
  ["before a letter", (secret) => `${secret}x`],
  ["behind the start of another", (secret) => `sk_live_${secret}`],
  ["in a command", (secret) => `curl -H "Authorization: Bearer ${secret}"`],
  ["percent-encoded", (secret) => `?t=${secret.replaceAll("_", "%5f")}`],
  ["percent-encoded twice", (secret) => secret.replaceAll("_", "%255F")],
  ["in fullwidth letters", wide],
  ["with invisible characters", (secret) => [...secret].join("\u200b")],
  ["with spaces", (secret) => secret.replaceAll(/.{8}/g, "$& ")],
  ["in Basic credentials", (secret) => `Authorization: Basic ${btoa(`ci:${secret}`)}`],
  ["in escapes of JSON", (secret) => secret.replaceAll("_", "\\u005f")],
  ["without its prefix", (secret) => secret.slice(8)],
  ["with hyphens", (secret) => secret.replaceAll(/.{8}/g, "$&-")],
  ["with underscores", (secret) => secret.replaceAll(/.{8}/g, "$&_")],
  ["with every character apart", (secret) => [...secret].join("_")],
  ["without its prefix, behind a letter", (secret) => `token${secret.slice(8)}`],
  ["without its prefix, with spaces", (secret) => secret.slice(8).replaceAll(/.{7}/g, "$& ")],
  ["behind a line end that is written out", (secret) => `\\n${secret.slice(8)}`],
  ["as Basic credentials", (secret) => `Authorization: Basic ${btoa(`wiki:${secret}`)}`],
  ["as encoded Basic credentials", (secret) => btoa(`wiki:${secret.replaceAll("_", "%5F")}`)],
  ["as base64 in base64", (secret) => btoa(`{"auth": "${btoa(`wiki:${secret}`)}"}`)],
  ["with a written line end in it", (secret) => secret.replace(/.{20}/, String.raw`$&\n`)],
  [
    "as base64 with written line ends",
    (secret) => btoa(`wiki:${secret}`).replaceAll(/.{40}/g, String.raw`$&\n`),
  ],
  ["as base64 in quoted lines", (secret) => btoa(`wiki:${secret}`).replaceAll(/.{40}/g, '$&" + "')],
  [
    "with elements of HTML",
    (secret) => secret.replace(/.{20}/, '$&<wbr><mark class="x">').replace(/.{9}$/, "&shy;$&"),
  ],
  ["in the colours of a terminal", (secret) => secret.replace(/.{20}/, String.raw`$&\x1b[0m`)],
  ["as base64 in lines", (secret) => btoa(`wiki:${secret}`).replaceAll(/.{40}/g, "$& ")],
];

const api = useTestApi({ per: "file" });

test.each([
  ["a hint", "sk_live_…abcd"],
  ["a secret with a wrong checksum", mistyped(SECRET)],
  ["a secret that is cut off", SECRET.slice(0, -1)],
  ["the start of a secret", "sk_live_"],
  ["Stripe's form", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"],
  ["percent signs", "100 % of %zz and %"],
])("a description may have %s", async (_, description) => {
  const created = await api.call("api-token/create", { access: "read", description });
  expect(created.json.description).toBe(description);
});

test("a description with a secret in it is refused, and quoted nowhere", async () => {
  const { id } = (await api.call("api-token/create", { access: "read" })).json;
  for (const [name, text] of WITH) {
    const description = text(SECRET);
    for (const [endpoint, body] of [
      ["create", { access: "read", description }],
      ["update", { id, description }],
    ] as const) {
      const answer = await api.call(`api-token/${endpoint}`, body);
      expectIssues(answer, [{ path: "description", message: MESSAGE }], name);
    }
  }
  expect(api.logLines.join()).not.toContain(SECRET.slice(8, 24));
  const events = await api.call("audit-event/list", { filters: [{ key: "action", eq: "api-token.update" }] });
  expect(events.json.data).toEqual([]);
});
