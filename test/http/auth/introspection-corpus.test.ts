import { expect, test } from "bun:test";
import fc from "fast-check";
import { useTestApi } from "../../support/http/api.ts";
import { refusedCredentials } from "../../support/http/credentials.ts";
import { basic, FORM, INTROSPECT } from "../../support/http/introspection.ts";
import { loggedFaults } from "../../support/http/logged.ts";

const api = useTestApi();

const REQUESTS = 3000;

/** Forms of every kind, right ones among them, and bodies that are no form. */
function forms(secrets: readonly string[]): fc.Arbitrary<string | Uint8Array> {
  const name = fc.oneof(
    fc.constantFrom("token", "token", "audience", "token_type_hint", "%74oken", "", "__proto__"),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  const value = fc.oneof(
    fc.constantFrom(...secrets, "wiki", "", "%", "%zz", "%FF", "+", "%00", "A"),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  const parameter = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(name, value).map((both) => both.join("=")) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 9 }) },
  );
  return fc.oneof(
    { weight: 8, arbitrary: fc.array(parameter, { maxLength: 4 }).map((all) => all.join("&")) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.constantFrom("&", "=", "%41", "token=x&").map((part) => part.repeat(20_000)) },
  );
}

test(`${REQUESTS} generated forms get documented answers, without a fault or a secret`, async () => {
  const service = await api.secret("read", null, ["wiki"]);
  const secrets = [api.write, api.read, service];
  const verifying = (
    await api.call("api-token/create", { access: "read", audiences: ["wiki"], verifies: true })
  ).json.token;
  const good = [`Bearer ${api.write}`, basic(api.read), basic(api.write, ""), basic(verifying)];
  const refused = (await refusedCredentials(api)).map(({ header }) => header ?? "");
  const headers = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(basic(service), `Bearer ${service}`, ...refused) },
    { weight: 1, arbitrary: fc.base64String({ maxLength: 40 }).map((text) => `Basic ${text}`) },
  );
  const seen = new Set<string>();
  const property = fc.asyncProperty(headers, forms(secrets), async (token, body) => {
    api.logLines.length = 0;
    const answer = await api.send(INTROSPECT, { token, body, headers: { "content-type": FORM } });
    expect(answer.status).toBeOneOf(good.includes(token) ? [200, 400, 413] : [401, 403]);
    seen.add(answer.status === 200 ? `${answer.json.active}` : `${answer.status}`);
    expect(loggedFaults(api)).toEqual([]);
    for (const text of [answer.text, api.logLines.join()]) expect(text).not.toMatch(/sk_live_[0-9A-Za-z]/);
  });
  await fc.assert(property, { numRuns: REQUESTS });
  expect([...seen].toSorted()).toEqual(["400", "401", "403", "413", "false", "true"]);
});
