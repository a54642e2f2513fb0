import { expect, setDefaultTimeout, test } from "bun:test";
import { RunningServer } from "../support/executable.ts";
import { RawConnection, rawRequest } from "../support/raw-connection.ts";
import { Terminal } from "../support/terminal.ts";

setDefaultTimeout(60_000);

const REQUESTS = 100_000;
const CONNECTIONS = 24;
/** How many requests there are with each token before its revocation is asked for, and after it is known. */
const REQUESTS_BEFORE = 150;
const REQUESTS_AFTER = 150;
/** Every how manieth token is revoked by a process of its own. */
const BY_COMMAND_LINE = 20;

/**
 * One token in many hands while it is revoked. There must be one moment before which every request is accepted
 * and after which none is: whatever starts once anybody knows of the revocation must be refused.
 */
class Race {
  readonly violations: string[] = [];
  requests = 0;
  #revocationAsked = false;
  #revocationKnown = false;
  #isOver = false;
  #awaited = { count: 0, resolve: () => {} };
  readonly #request: string;

  constructor(token: string) {
    this.#request = rawRequest("api-token/current", token);
  }

  async run(connections: readonly RawConnection[], revoke: () => Promise<void>): Promise<void> {
    const clients = connections.map(async (connection) => await this.#askOn(connection));
    await this.#untilRequests(REQUESTS_BEFORE);
    this.#revocationAsked = true;
    await revoke();
    this.#revocationKnown = true;
    await this.#untilRequests(this.requests + REQUESTS_AFTER);
    this.#isOver = true;
    await Promise.all(clients);
  }

  async #askOn(connection: RawConnection): Promise<void> {
    while (!this.#isOver) {
      const wasKnown = this.#revocationKnown;
      const { status } = await connection.ask(this.#request);
      this.requests += 1;
      if (this.requests >= this.#awaited.count) this.#awaited.resolve();
      this.#judge(status, wasKnown);
    }
  }

  #judge(status: number, wasKnown: boolean): void {
    if (status === 200 && wasKnown)
      this.violations.push("accepted, and started after the revocation was known");
    if (status === 401 && !this.#revocationAsked)
      this.violations.push("refused before the revocation was asked for");
    if (status !== 200 && status !== 401) this.violations.push(`answered with ${status}`);
    if (status === 401) this.#revocationKnown = true;
  }

  /** Waits until there have been that many requests. */
  async #untilRequests(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { count, resolve };
    await promise;
  }
}

test(`of ${REQUESTS} racing requests none that starts after a revocation is accepted`, async () => {
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
  while (requests < REQUESTS) {
    const { id, token } = (await server.call("api-token/create", { access: "read" }, caller)).json;
    const race = new Race(token);
    const revoke = races % BY_COMMAND_LINE === 0 ? revokeByCommand : revokeByApi;
    await race.run(connections, async () => await revoke(id));
    expect(race.violations).toEqual([]);
    requests += race.requests;
    races += 1;
  }
  expect(races).toBeGreaterThan(2 * BY_COMMAND_LINE);
});
