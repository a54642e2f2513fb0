import { expect, test } from "bun:test";
import { setImmediate as breath } from "node:timers/promises";
import { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { type TestApi, useTestApi } from "../../support/http/api.ts";
import { FORM, INTROSPECT } from "../../support/http/introspection.ts";
import { BULK_VERIFY, inBulk, VERIFY } from "../../support/http/verification.ts";
import { type Hand, Race } from "../../support/race.ts";
import { RevokingProcess } from "../../support/store/revoking-process.ts";

const api = useTestApi();

const QUESTIONS = 20_000;
/** How many revocations at least are by another process. */
const BY_PROCESS = 6;
const HANDS_BY_WAY = 3;
const BEFORE = 200;
const AFTER = 200;
/** How often a hand asks before it lets the event loop turn. */
const AT_A_STRETCH = 25;

interface Way {
  readonly path: string;
  readonly type: string;
  readonly bodyWith: (secret: string) => string;
  /** How the answer about a good secret begins. */
  readonly good: string;
}

/** Every endpoint that answers whether a secret is good for the wiki. */
const WAYS: readonly Way[] = [
  {
    path: INTROSPECT,
    type: FORM,
    bodyWith: (secret) => `token=${secret}&audience=wiki`,
    good: '{"active":true',
  },
  {
    path: `/publisher.v1/${VERIFY}`,
    type: "application/json",
    bodyWith: (token) => JSON.stringify({ token, audience: "wiki" }),
    good: '{"valid":true',
  },
  {
    path: `/publisher.v1/${BULK_VERIFY}`,
    type: "application/json",
    bodyWith: (token) => JSON.stringify(inBulk({ token, audience: "wiki" }, "x", token)),
    good: '{"data":[{"valid":true',
  },
];

/** Asks over HTTP whether the secret is good. */
function handOn(api: TestApi, secret: string, { path, type, bodyWith, good }: Way): Hand {
  let count = 0;
  const headers = { authorization: `Bearer ${api.read}`, "content-type": type };
  const body = bodyWith(secret);
  return async () => {
    count += 1;
    if (count % AT_A_STRETCH === 0) await breath();
    const response = await api.app.handle(
      new Request(`http://localhost${path}`, { method: "POST", headers, body }),
    );
    const text = await response.text();
    if (response.status !== 200) throw new Error(`answered with ${response.status} ${text}`);
    return text.startsWith(good);
  };
}

test(`of ${QUESTIONS} racing questions over HTTP none that starts after a revocation is told that it is good`, async () => {
  await using process = await RevokingProcess.start(new DataDirectory(api.directory.path));
  let questions = 0;
  let byProcess = 0;
  for (let races = 0; questions < QUESTIONS || byProcess < BY_PROCESS; races += 1) {
    const { id, token } = (await api.call("api-token/create", { access: "read", audiences: ["wiki"] })).json;
    const isByProcess = races % 2 === 0;
    if (isByProcess) byProcess += 1;
    const answersUntil = byProcess;
    const race = new Race({
      hands: Array.from({ length: HANDS_BY_WAY }, () => WAYS.map((way) => handOn(api, token, way))).flat(),
      before: BEFORE,
      after: AFTER,
      revoke: () => (isByProcess ? process.revoke(id) : api.call("api-token/revoke", { id })),
      isAnswered: () => isByProcess && process.answered >= answersUntil,
    });
    await race.run();
    expect(race.violations).toEqual([]);
    questions += race.showings;
    api.logLines.length = 0;
  }
});
