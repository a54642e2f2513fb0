import { expect, test } from "bun:test";
import fc from "fast-check";
import { TestApi } from "../../support/http/api.ts";
import { type Credential, requests } from "../../support/http/corpus.ts";
import { refusedCredentials } from "../../support/http/credentials.ts";
import { expectDocumented } from "../../support/http/documented.ts";
import { ENDPOINTS } from "../../support/http/endpoints.ts";
import { loggedFaults } from "../../support/http/logged.ts";

const REQUESTS = 10_000;

/** Many times what they take, so that only a server that stands still is given up. */
const PATIENCE_MS = 120_000;

test(
  `${REQUESTS} generated requests: no fault, no crash, and no answer that is not documented`,
  async () => {
    await using api = await TestApi.start();
    const good: readonly Credential[] = [
      ...Array.from({ length: 40 }, () => ({ access: "write", header: `Bearer ${api.write}` }) as const),
      ...Array.from({ length: 20 }, () => ({ access: "read", header: `bearer ${api.read}` }) as const),
    ];
    const refused = (await refusedCredentials(api)).map(({ header }) => ({ access: null, header }) as const);
    const known = { ids: ["atok_0", ...(await expendableIds(api))], secrets: [api.write, api.read] };
    const secrets = known.secrets.map((secret) => secret.slice(8, 30));

    const seen = new Set<string>();
    const property = fc.asyncProperty(requests(known, [...good, ...refused]), async (request) => {
      const { method, path, credential, headers, body } = request;
      api.logLines.length = 0;
      const answer = await api.send(path, { method, token: credential.header, headers, body });
      expectDocumented(request, answer);
      seen.add(answer.status === 200 ? `200 ${path.replace(/\?.*$/, "")}` : String(answer.status));
      for (const secret of secrets) {
        expect(answer.text).not.toContain(secret);
        expect(api.logLines.join()).not.toContain(secret);
      }
      expect(loggedFaults(api)).toEqual([]);
    });
    await fc.assert(property, { numRuns: REQUESTS });
    const successes = ENDPOINTS.map(({ path }) => `200 /publisher.v1/${path}`);
    for (const each of [...successes, "400", "401", "403", "404", "405", "413", "415"])
      expect(seen).toContain(each);
  },
  PATIENCE_MS,
);

/** So many that some are still good when the last request comes. */
const EXPENDABLE = 200;

/** The ids of tokens that requests may revoke. */
async function expendableIds(api: TestApi): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let count = 0; count < EXPENDABLE; count += 1)
    ids.push((await api.call("api-token/create", { access: "read", description: "expendable" })).json.id);
  return ids;
}
