import { expect } from "bun:test";
import type { TokenSource } from "../../../public/proxies/token-source.ts";
import { RunningServer } from "../executable/executable.ts";
import type { Answer } from "../http/api.ts";
import { exchange, rawRequest } from "../http/exchange.ts";
import { type Echoed, EchoUpstream } from "./echo-upstream.ts";
import { Relay } from "./relay.ts";
import {
  type Runnable,
  type RunningProxies,
  type RunningProxy,
  startDocumented,
  stopProxies,
} from "./running-proxy.ts";

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

/** A service named wiki behind every proxy that is installed, and Publisher beside them, as the built executable. */
export class ProtectedService implements AsyncDisposable {
  readonly server: RunningServer;
  readonly upstream: EchoUpstream;
  readonly relay: Relay;
  readonly #proxies: RunningProxies;

  private constructor(server: RunningServer, upstream: EchoUpstream, relay: Relay, proxies: RunningProxies) {
    this.server = server;
    this.upstream = upstream;
    this.relay = relay;
    this.#proxies = proxies;
  }

  /** Clients put the token where `token` says. */
  static async start(token: TokenSource = "bearer"): Promise<ProtectedService> {
    const [server, upstream] = await Promise.all([RunningServer.start(), EchoUpstream.start()]);
    const relay = await Relay.to(server.url);
    const values = { audience: "wiki", publisher: relay.address, service: upstream.address, token };
    const proxies = await startDocumented(values);
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
    await stopProxies(this.#proxies);
    await this.relay[Symbol.asyncDispose]();
    await this.upstream[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** Names from which some services take another method or another path. */
export const FORGED_NAMES = [
  "HTTP-Method",
  "HTTP-Method-Override",
  "HTTP-Verb",
  "Method",
  "Method-Override",
  "X-Forwarded-HTTP-Method",
  "X-Forwarded-Method",
  "X-HTTP-Method",
  "X-HTTP-Method-Override",
  "X-HTTP-Verb",
  "X-HttpMethod",
  "X-Method",
  "X-Method-Name",
  "X-Method-Override",
  "X-MethodOverride",
  "X-Original-HTTP-Method",
  "X-Original-Method",
  "X-Request-Method",
  "X-Requested-Method",
  "X-Rewrite-Method",
  "X-Tunneled-Method",
  "X-Verb",
  "X-Forwarded-Path",
  "X-Forwarded-URI",
  "X-HTTP-Path-Override",
  "X-Original-Path",
  "X-Original-URI",
  "X-Original-URL",
  "X-Override-URL",
  "X-Request-URI",
  "X-Rewrite-Path",
  "X-Rewrite-URI",
  "X-Rewrite-URL",
] as const;

/** What must not reach the service in any spelling, beside the header that carries the token. */
const NEVER_PASSED = new Set(["http2-settings", "te", ...FORGED_NAMES.map((name) => name.toLowerCase())]);

/**
 * The service got the id and the access that Publisher gave, once, and neither the token nor anything by which a client
 * makes another request.
 */
export function expectOurs(
  { headers, trailers }: Echoed,
  id: string,
  access: string,
  tokenHeader = "authorization",
): void {
  const ours = headers.filter(([name]) => hyphenated(name).startsWith("publisher"));
  expect(ours.map(([name, value]) => [name.toLowerCase(), value]).toSorted()).toEqual([
    ["publisher-access", access],
    ["publisher-token-id", id],
  ]);
  for (const [name] of headers) {
    expect([name, NEVER_PASSED.has(hyphenated(name))]).toEqual([name, false]);
    expect(hyphenated(name)).not.toBe(tokenHeader);
  }
  expect(trailers).toEqual([]);
}

/** A name as services may read it, some of which see a hyphen in everything but letters and digits. */
function hyphenated(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-");
}
