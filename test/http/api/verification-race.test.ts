import { expect, test } from "bun:test";
import { setImmediate as breath } from "node:timers/promises";
import { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { type TestApi, useTestApi } from "../../support/http/api.ts";
import { FORM, INTROSPECT } from "../../support/http/introspection.ts";
import { type Hand, Race } from "../../support/race.ts";
import { RevokingProcess } from "../../support/store/revoking-process.ts";

const api = useTestApi();

const QUESTIONS = 20_000;
/** How many revocations at least are by another process. */
const BY_PROCESS = 6;
const HANDS = 8;
const BEFORE = 200;
const AFTER = 200;
/** How often a hand asks before it lets the event loop turn. */
const AT_A_STRETCH = 25;

/** Asks over HTTP whether the secret is good for the wiki, by one endpoint or the other. */
function handOn(api: TestApi, secret: string, isIntrospection: boolean): Hand {
  let count = 0;
  const path = isIntrospection ? INTROSPECT : "/publisher.v1/api-token/verify";
  const type = isIntrospection ? FORM : "application/json";
  const headers = { authorization: `Bearer ${api.read}`, "content-type": type };
  const body = isIntrospection
    ? `token=${secret}&audience=wiki`
    : JSON.stringify({ token: secret, audience: "wiki" });
  return async () => {
    count += 1;
    if (count % AT_A_STRETCH === 0) await breath();
    const response = await api.app.handle(
      new Request(`http://localhost${path}`, { method: "POST", headers, body }),
    );
    const text = await response.text();
    if (response.status !== 200) throw new Error(`answered with ${response.status} ${text}`);
    return text.startsWith(isIntrospection ? '{"active":true' : '{"valid":true');
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
      hands: Array.from({ length: HANDS }, (_, index) => handOn(api, token, index % 2 === 0)),
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
