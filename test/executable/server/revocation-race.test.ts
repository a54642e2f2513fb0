import { expect, test } from "bun:test";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { RawConnection, rawRequest } from "../../support/http/raw-connection.ts";
import { type Hand, Race } from "../../support/race.ts";

const CONNECTIONS = 24;
/** How many requests there are with each token before its revocation is asked for, and after it is known. */
const REQUESTS_BEFORE = 150;
const REQUESTS_AFTER = 150;
/** Every how manieth token is revoked by a process of its own. */
const BY_COMMAND_LINE = 20;

/** A request that is repeated while tokens are revoked. */
interface Raced {
  readonly name: string;
  readonly requests: number;
  /** How many revocations that takes at least. */
  readonly revocations: number;
  readonly created: object;
  readonly request: (token: string) => string;
}

const RACED: readonly Raced[] = [
  {
    name: "to the API",
    requests: 20_000,
    revocations: BY_COMMAND_LINE,
    created: { access: "read" },
    request: (token) => rawRequest("api-token/current", token),
  },
  {
    name: "of a reverse proxy",
    requests: 100_000,
    revocations: 2 * BY_COMMAND_LINE,
    created: { access: "write", audiences: ["wiki"] },
    request: (token) =>
      [
        "GET /forward-auth/wiki?path=/../../healthz HTTP/1.1",
        "Host: publisher.test",
        `Authorization: Bearer ${token}`,
        "X-Forwarded-Method: POST",
        "\r\n",
      ].join("\r\n"),
  },
];

/** Shows the secret on a connection of its own. */
function handOn(connection: RawConnection, request: string): Hand {
  return async () => {
    const { status } = await connection.ask(request);
    if (status !== 200 && status !== 401) throw new Error(`answered with ${status}`);
    return status === 200;
  };
}

for (const { name, requests: wanted, revocations, created, request } of RACED) {
  test(`of ${wanted} racing requests ${name} none that starts after a revocation is accepted`, async () => {
    await using server = await RunningServer.start({ args: ["--log-level", "warn"] });
    using terminal = new Terminal();
    using opened = new DisposableStack();
    const open = async () => opened.use(await RawConnection.open(server.url));
    const connections = await Promise.all(Array.from({ length: CONNECTIONS }, open));
    const caller = server.firstToken;
    const revokeByApi = async (id: string) => {
      expect((await server.call("api-token/revoke", { id }, caller)).status).toBe(200);
    };
    const revokeByCommand = async (id: string) => {
      await terminal.output("token", "revoke", id, "--data-dir", server.dataDir);
    };
    let requests = 0;
    let races = 0;
    while (requests < wanted || races <= revocations) {
      const { id, token } = (await server.call("api-token/create", created, caller)).json;
      const revoke = races % BY_COMMAND_LINE === 0 ? revokeByCommand : revokeByApi;
      const race = new Race({
        hands: connections.map((connection) => handOn(connection, request(token))),
        before: REQUESTS_BEFORE,
        after: REQUESTS_AFTER,
        revoke: () => revoke(id),
      });
      await race.run();
      expect(race.violations).toEqual([]);
      requests += race.showings;
      races += 1;
    }
  });
}

test.each([
  [true, "accepted, and started after the revocation was known"],
  [false, "refused before the revocation was asked for"],
])("a race reports an answer at the wrong time", async (isAccepted, violation) => {
  const revoke = () => Promise.resolve();
  const race = new Race({ hands: [() => Promise.resolve(isAccepted)], before: 3, after: 2, revoke });
  await race.run();
  expect(race.violations).toContain(violation);
});

test("a race fails where an answer neither accepts nor refuses", async () => {
  const hands: Hand[] = [() => Promise.reject(new Error("answered with 500"))];
  const race = new Race({ hands, before: 3, after: 2, revoke: () => Promise.resolve() });
  await expect(race.run()).rejects.toThrow("answered with 500");
});
