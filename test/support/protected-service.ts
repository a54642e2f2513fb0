import { expect } from "bun:test";
import type { Answer } from "./api.ts";
import { type Echoed, EchoUpstream } from "./echo-upstream.ts";
import { exchange, rawRequest } from "./exchange.ts";
import { RunningServer } from "./executable.ts";
import { Relay } from "./relay.ts";
import { commandOf, RUNNABLE, type Runnable, RunningProxy } from "./running-proxy.ts";

/** A token for the service. */
export interface Issued {
  readonly id: string;
  readonly token: string;
  readonly access: "read" | "write";
}

/** What a client sends to a proxy. */
export interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  readonly token?: string | null;
  readonly fields?: readonly string[];
  readonly body?: string;
}

/** Where the command of each proxy is that is installed. */
export const COMMANDS = new Map(RUNNABLE.map((kind) => [kind, commandOf(kind)]));

/** A service named wiki behind every proxy that is installed, and Publisher beside them, as the built executable. */
export class ProtectedService implements AsyncDisposable {
  readonly server: RunningServer;
  readonly upstream: EchoUpstream;
  readonly relay: Relay;
  readonly #proxies: ReadonlyMap<Runnable, RunningProxy>;

  private constructor(
    server: RunningServer,
    upstream: EchoUpstream,
    relay: Relay,
    proxies: ReadonlyMap<Runnable, RunningProxy>,
  ) {
    this.server = server;
    this.upstream = upstream;
    this.relay = relay;
    this.#proxies = proxies;
  }

  static async start(): Promise<ProtectedService> {
    const [server, upstream] = await Promise.all([RunningServer.start(), EchoUpstream.start()]);
    const relay = await Relay.to(server.url);
    const values = { audience: "wiki", publisher: relay.address, service: upstream.address };
    const proxies = new Map<Runnable, RunningProxy>();
    for (const [kind, command] of COMMANDS)
      if (command !== null) proxies.set(kind, await RunningProxy.start(kind, command, values));
    return new ProtectedService(server, upstream, relay, proxies);
  }

  /** The proxies that run. */
  get kinds(): readonly Runnable[] {
    return [...this.#proxies.keys()];
  }

  proxy(kind: Runnable): RunningProxy {
    const proxy = this.#proxies.get(kind);
    if (proxy === undefined) throw new Error(`${kind} does not run`);
    return proxy;
  }

  async issue(access: Issued["access"], more: object = {}): Promise<Issued> {
    const body = { access, audiences: ["wiki"], ...more };
    const { id, token } = (await this.server.call("api-token/create", body)).json;
    return { id, token, access };
  }

  /** The answer of a proxy, and the request as the service got it; null if it got none. */
  async ask(
    kind: Runnable,
    { method = "GET", target = "/page", version, token = null, fields = [], body = "" }: Asked,
  ): Promise<{ readonly answer: Answer; readonly seen: Echoed | null }> {
    const before = this.upstream.seen.length;
    const request = rawRequest({
      method,
      target,
      fields: [
        ...(version === "HTTP/1.0" ? [] : ["Host: wiki.example"]),
        ...(token === null ? [] : [`Authorization: Bearer ${token}`]),
        ...fields,
        ...(body === "" ? [] : [`Content-Length: ${body.length}`]),
      ],
      body,
      ...(version === undefined ? {} : { version }),
    });
    const { answers } = await exchange(this.proxy(kind).port, [request]);
    const [answer] = answers;
    if (answer === undefined) throw new Error(`${kind} closed the connection without an answer`);
    expect(this.upstream.seen.length).toBeLessThanOrEqual(before + 1);
    return { answer, seen: this.upstream.seen[before] ?? null };
  }

  /** The request must come through, as that token's, with nothing in it that the client forged. */
  async expectPassed(kind: Runnable, asked: Asked, { id, token, access }: Issued): Promise<Echoed> {
    const { answer, seen } = await this.ask(kind, { ...asked, token });
    if (seen === null) throw new Error(`${kind} answered with ${answer.status} ${answer.text}`);
    expectOurs(seen, id, access);
    expect(seen.method).toBe(asked.method ?? "GET");
    return seen;
  }

  /** The proxy must refuse it, and the service must not get it. */
  async expectRefused(kind: Runnable, asked: Asked, statuses: readonly number[]): Promise<Answer> {
    const { answer, seen } = await this.ask(kind, asked);
    expect(seen).toBeNull();
    expect(answer.status, `${kind} ${JSON.stringify(asked)}`).toBeOneOf([...statuses]);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const proxy of this.#proxies.values()) await proxy[Symbol.asyncDispose]();
    await this.relay[Symbol.asyncDispose]();
    await this.upstream[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** What must not reach the service, by names in which a service may see no difference between `_` and `-`. */
const NEVER_PASSED = ["authorization", "x-http-method-override", "x-http-method", "x-method-override"];

export function expectOurs({ headers }: Echoed, id: string, access: string): void {
  const names = headers.map(([name, value]) => [name.toLowerCase().replaceAll("_", "-"), value] as const);
  const ours = names.filter(([name]) => /^publisher-(access|token-id)$/.test(name)).toSorted();
  expect(ours).toEqual([
    ["publisher-access", access],
    ["publisher-token-id", id],
  ]);
  for (const [name] of names) expect(NEVER_PASSED).not.toContain(name);
}
