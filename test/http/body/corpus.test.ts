import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Answer, useTestApi } from "../../support/http/api.ts";
import { refusedCredentials } from "../../support/http/credentials.ts";
import { ENDPOINTS } from "../../support/http/endpoints.ts";
import { NEVER_IN_A_FAILURE } from "../../support/http/failures.ts";
import { loggedFaults } from "../../support/http/logged.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { type CorpusRequest, type Credential, requests } from "./corpus.ts";

const REQUESTS = 10_000;

const api = useTestApi();

test(
  `${REQUESTS} generated requests get documented answers, without a fault or a secret`,
  async () => {
    const good: readonly Credential[] = [
      ...Array.from({ length: 40 }, () => ({ access: "write", header: `Bearer ${api.write}` }) as const),
      ...Array.from({ length: 20 }, () => ({ access: "read", header: `bearer ${api.read}` }) as const),
    ];
    const refused = (await refusedCredentials(api)).map(({ header }) => ({ access: null, header }) as const);
    const known = { ids: ["atok_0", ...(await expendableIds())], secrets: [api.write, api.read] };
    const secrets = known.secrets.map((secret) => secret.slice(8, 30));

    const seen = new Set<string>();
    const property = fc.asyncProperty(requests(known, [...good, ...refused]), async (request) => {
      const { method, path, credential, headers, body } = request;
      api.logLines.length = 0;
      const answer = await api.send(path, { method, token: credential.header, headers, body });
      expectPossible(request, answer);
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
  TEST_LIMIT_MS,
);

/** So many that some are still good when the last request comes. */
const EXPENDABLE = 200;

/** The ids of tokens that requests may revoke. */
async function expendableIds(): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let count = 0; count < EXPENDABLE; count += 1)
    ids.push((await api.call("api-token/create", { access: "read", description: "expendable" })).json.id);
  return ids;
}

/** A path of plain segments, which has one reading. Some of the others are refused before every other check. */
const CLEAR_PATH = /^(?:\/[\w-][\w.-]*)*\/?(?:\?|$)/;

/** Expects a status that the order of the checks allows. `send` compares the form with the OpenAPI document. */
function expectPossible(request: CorpusRequest, { status, headers, json, text }: Answer): void {
  const isUnclear = !CLEAR_PATH.test(request.path) && status === 400;
  expect(status).toBeOneOf(isUnclear ? [400] : possibleStatuses(request));
  if (json === null) expect(request.method).toBe("HEAD");
  if (status < 400) return;
  expect(json?.error.trace_id ?? headers.get("trace-id")).toBe(headers.get("trace-id"));
  for (const pattern of NEVER_IN_A_FAILURE) expect(text).not.toMatch(pattern);
}

function possibleStatuses({ method, path, credential }: CorpusRequest): number[] {
  const { pathname } = new URL(`http://localhost${path}`);
  const isReading = method === "GET" || method === "HEAD";
  if (["/healthz", "/readyz", "/readyz/reads"].includes(pathname)) return [isReading ? 200 : 405];
  if (pathname !== "/publisher.v1" && !pathname.startsWith("/publisher.v1/")) return [404];
  if (credential.access === null) return [401];
  const endpoint = ENDPOINTS.find((known) => pathname === `/publisher.v1/${known.path}`);
  if (endpoint === undefined) return [404];
  if (method !== "POST") return [405];
  if (endpoint.access === "write" && credential.access === "read") return [403];
  return [200, 400, 404, 409, 413, 415];
}
