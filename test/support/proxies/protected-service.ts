import { afterAll, beforeAll, expect } from "bun:test";
import { join } from "node:path";
import { type ProxyValues, USUAL_VALUES } from "../../../public/proxies/configuration.ts";
import { proxySteps } from "../../../public/proxies/steps.ts";
import type { TokenSource } from "../../../public/proxies/token-source.ts";
import { RunningServer } from "../executable/executable.ts";
import type { Answer } from "../http/api.ts";
import { answerTo, rawRequest } from "../http/exchange.ts";
import { TemporaryDirectory } from "../temporary.ts";
import { words } from "../words.ts";
import { EchoUpstream } from "./echo-upstream.ts";
import type { SeenRequest } from "./raw-server.ts";
import { Relay } from "./relay.ts";
import {
  IS_ANY_INSTALLED,
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

/** A request of a client. */
export interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  readonly token?: string | null;
  readonly fields?: readonly string[];
  readonly body?: string;
}

export interface ServiceOptions {
  /** The place of the clients' token. */
  readonly token?: TokenSource;
  /** Whether the proxies ask Publisher by a Unix socket. */
  readonly isOnSocket?: boolean;
  /** Returns the address of another service than the usual one. */
  readonly service?: () => string;
}

/** Starts a protected service for all tests of the file. */
export function useProtectedService(options: ServiceOptions = {}): ProtectedService {
  const service = new ProtectedService(options);
  beforeAll(async () => {
    if (IS_ANY_INSTALLED) await service.open();
  });
  afterAll(() => service.close());
  return service;
}

/** A service named wiki behind every proxy that is installed, and Publisher beside them, as the built executable. */
export class ProtectedService {
  server!: RunningServer;
  upstream!: EchoUpstream;
  relay!: Relay;
  /** Tokens for the service. */
  read!: Issued;
  write!: Issued;
  readonly #options: ServiceOptions;
  readonly #opened = new AsyncDisposableStack();
  #values: ProxyValues = { audience: "wiki", ...USUAL_VALUES };
  #proxies: RunningProxies = new Map();

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { token = "bearer", isOnSocket = false, service = () => this.upstream.address } = this.#options;
    const socket = `unix:${join(this.#opened.use(new TemporaryDirectory()).path, "publisher.sock")}`;
    // The port is for the tests, which create tokens.
    const args = ["--listen", socket, "--listen", "127.0.0.1:0", "--trusted-proxies", "unix"];
    this.server = this.#opened.use(await RunningServer.start(isOnSocket ? { args } : {}));
    this.upstream = this.#opened.use(await new EchoUpstream().listen());
    this.relay = this.#opened.use(await new Relay(this.server.url).listen());
    this.read = await this.issue("read");
    this.write = await this.issue("write");
    const publisher = isOnSocket ? socket : this.relay.address;
    this.#values = { ...this.#values, publisher, service: service(), token };
    this.#proxies = await startDocumented(this.#values);
    this.#opened.defer(() => stopProxies(this.#proxies));
  }

  async close(): Promise<void> {
    await this.#opened.disposeAsync();
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

  /** Runs the command that tries the configuration, and returns its output. */
  async trial(kind: Runnable, token: string): Promise<string> {
    const { trial } = proxySteps(kind, { ...this.#values, port: this.proxy(kind).port });
    const env = { PATH: Bun.env.PATH ?? "", SERVICE_TOKEN: token };
    const shell = Bun.spawn(["sh", "-c", trial], { env, stdout: "pipe", stderr: "ignore" });
    return await new Response(shell.stdout).text();
  }

  /** Returns the answer of a proxy and the request as the service got it, or null. */
  async ask(
    kind: Runnable,
    { method = "GET", target = "/page", version = "HTTP/1.1", token = null, fields = [], body = "" }: Asked,
  ): Promise<{ readonly answer: Answer; readonly seen: SeenRequest | null }> {
    const before = this.upstream.seen.length;
    const all = [
      ...(version === "HTTP/1.0" ? [] : ["Host: wiki.example"]),
      ...(token === null ? [] : [`Authorization: Bearer ${token}`]),
      ...fields,
      ...(body === "" ? [] : [`Content-Length: ${body.length}`]),
    ];
    const request = rawRequest({ method, target, version, fields: all, body });
    const answer = await answerTo(this.proxy(kind).port, request);
    expect(this.upstream.seen.length).toBeLessThanOrEqual(before + 1);
    return { answer, seen: this.upstream.seen[before] ?? null };
  }

  /** Expects that the service gets the request as that token's, with nothing that the client forged. */
  async expectPassed(kind: Runnable, asked: Asked, { id, token, access }: Issued): Promise<SeenRequest> {
    const { answer, seen } = await this.ask(kind, { ...asked, token });
    if (seen === null) throw new Error(`${kind} answered with ${answer.status} ${answer.text}`);
    expectOurs(seen, id, access);
    expect(seen.method).toBe(asked.method ?? "GET");
    return seen;
  }

  /** Expects that the proxy refuses the request, and that the service does not get it. */
  async expectRefused(kind: Runnable, asked: Asked, statuses: readonly number[]): Promise<Answer> {
    const { answer, seen } = await this.ask(kind, asked);
    expect(seen).toBeNull();
    expect(answer.status, `${kind} ${JSON.stringify(asked)}`).toBeOneOf([...statuses]);
    return answer;
  }

  /** The last request that the service got. */
  get lastSeen(): SeenRequest {
    const seen = this.upstream.seen.at(-1);
    if (seen === undefined) throw new Error("the service got no request");
    return seen;
  }
}

/** Names from which some services take another method or another path. */
export const FORGED_NAMES = words`
  HTTP-Method HTTP-Method-Override HTTP-Verb Method Method-Override X-Forwarded-HTTP-Method X-Forwarded-Method
  X-HTTP-Method X-HTTP-Method-Override X-HTTP-Verb X-HttpMethod X-Method X-Method-Name X-Method-Override
  X-MethodOverride X-Original-HTTP-Method X-Original-Method X-Request-Method X-Requested-Method X-Rewrite-Method
  X-Tunneled-Method X-Verb X-Forwarded-Path X-Forwarded-URI X-HTTP-Path-Override X-Original-Path X-Original-URI
  X-Original-URL X-Override-URL X-Request-URI X-Rewrite-Path X-Rewrite-URI X-Rewrite-URL`;

/** Names that no service may get in any spelling, beside the header of the token. */
const NEVER_PASSED = new Set(["http2-settings", "te", ...FORGED_NAMES.map((name) => name.toLowerCase())]);

/**
 * Expects the id and the access from Publisher once each, and neither the token nor anything by which a client makes
 * another request.
 */
export function expectOurs(
  { headers, trailers }: SeenRequest,
  id: string,
  access: string,
  tokenHeader = "authorization",
): void {
  const ours = headers.filter(([name]) => hyphenated(name).startsWith("publisher"));
  expect(ours.map(([name, value]) => [name.toLowerCase(), value]).toSorted()).toEqual([
    ["publisher-access", access],
    ["publisher-token-id", id],
  ]);
  for (const [name, value] of headers) {
    expect([name, NEVER_PASSED.has(hyphenated(name))]).toEqual([name, false]);
    expect(hyphenated(name)).not.toBe(tokenHeader);
    if (hyphenated(name) === "connection") expect(value.toLowerCase()).not.toContain("publisher");
  }
  expect(trailers).toEqual([]);
}

/** A name as some services read it: with a hyphen for everything but letters and digits. */
function hyphenated(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-");
}
