import { afterAll, afterEach, beforeAll, beforeEach } from "bun:test";
import { randomBytes } from "node:crypto";
import { app } from "../../../src/http/app.ts";
import { forwardAuth } from "../../../src/http/auth/forward-auth.ts";
import type { PageFiles } from "../../../src/http/page-file.ts";
import { RequestLog } from "../../../src/http/request-log.ts";
import { router } from "../../../src/http/router.ts";
import { makeLog } from "../../../src/log/log.ts";
import { HttpServer } from "../../../src/server/listening/http-server.ts";
import { ReuseWarnings } from "../../../src/server/reuse-warnings.ts";
import { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { SqliteTokenStore } from "../../../src/store/sqlite/sqlite-token-store.ts";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { AuditTrail } from "../../../src/tokens/audit/audit-trail.ts";
import { isRefusal } from "../../../src/tokens/refusal.ts";
import type { Access } from "../../../src/tokens/token.ts";
import { TokenService } from "../../../src/tokens/token-service.ts";
import { Usage } from "../../../src/tokens/usage/usage.ts";
import { expectHardened } from "../hardened.ts";
import { TemporaryDirectory } from "../temporary.ts";
import { requireTruth } from "./truth.ts";

const ORIGIN = "http://localhost";

/** A request; by default a POST of JSON with the write token. */
export interface Sent {
  readonly method?: string;
  /** null sends no token; text that is no secret is the whole Authorization header. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or bytes are sent unchanged, anything else as JSON. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape
  readonly json: any;
}

export interface TestApiOptions {
  /** "file" keeps one API for all tests of the file. Its default is "test". */
  readonly per?: "file" | "test";
  readonly pages?: PageFiles | null;
  /** Listens on a free port of the loopback as well. */
  readonly listens?: boolean;
}

/**
 * Opens an API before each test, or once for the file, and closes it afterwards. Each test starts with an empty log.
 * Call it at the top of the file.
 */
export function useTestApi({ per = "test", pages = null, listens = false }: TestApiOptions = {}): TestApi {
  const api = new TestApi(pages);
  const [before, after] = per === "file" ? [beforeAll, afterAll] : [beforeEach, afterEach];
  before(async () => {
    await api.open();
    if (listens) await api.listen();
  });
  beforeEach(() => {
    api.logLines.length = 0;
  });
  after(() => api[Symbol.asyncDispose]());
  return api;
}

/** The application on a store of its own in real files, with a clock that stands still. It needs no socket. */
export class TestApi implements AsyncDisposable {
  directory!: TemporaryDirectory;
  /** Every line of the log. */
  readonly logLines: string[] = [];
  /** The time of its clock, in Unix milliseconds. */
  nowMs = 0;
  isStopping = false;
  store!: SqliteTokenStore;
  tokens!: TokenService;
  auditTrail!: AuditTrail;
  /** It writes to the store only when a test flushes it. */
  usage!: Usage;
  app!: {
    readonly routes: ReturnType<typeof app>["routes"];
    /** Answers a request for a path that Bun does not change. */
    readonly handle: (request: Request) => Promise<Response>;
  };
  router!: ReturnType<typeof router>;
  /** The secrets of a write and a read token, which `open` creates. */
  write = "";
  read = "";
  #server: HttpServer | null = null;
  readonly #pages: PageFiles | null;

  constructor(pages: PageFiles | null = null) {
    this.#pages = pages;
  }

  static async start(pages: PageFiles | null = null): Promise<TestApi> {
    const api = new TestApi(pages);
    await api.open();
    return api;
  }

  /** Starts on an empty store, at the same time as every other API of a test. */
  async open(): Promise<void> {
    this.directory = new TemporaryDirectory();
    this.logLines.length = 0;
    this.nowMs = Date.parse("2026-06-01T12:00:00.500Z");
    this.isStopping = false;
    this.#compose();
    this.write = await this.secret("write");
    this.read = await this.secret("read");
  }

  /** Opens the same files anew. */
  restart(): void {
    this.store.close();
    this.#compose();
  }

  /** Serves requests on a free port of the loopback, as the executable does. */
  async listen(): Promise<void> {
    this.#server = new HttpServer();
    await this.#server.open([{ host: "127.0.0.1", port: 0 }], 0o600, this.router);
  }

  get port(): number {
    const [address] = this.#server?.addresses ?? [];
    if (address === undefined || !("port" in address)) throw new Error("the API does not listen");
    return address.port;
  }

  #compose(): void {
    this.store = SqliteTokenStore.open(new DataDirectory(this.directory.path));
    // At "debug" each request has a line, however many there are.
    const stream = { write: (line: string) => void this.logLines.push(line) };
    const log = makeLog("debug", stream);
    const clock = () => this.nowMs;
    const warnings = new ReuseWarnings(log, clock);
    this.usage = new Usage({ store: this.store.usage, tokens: this.store, clock });
    this.tokens = new TokenService({
      store: this.store,
      clock,
      random: randomBytes,
      cursorKey: this.store.cursorKey,
      queuesRevocations: true,
      onChange: ({ action, target }) => log.info({ action, target }, "change"),
      onUse: (token, outcome) => this.usage.record(token, outcome),
      onReuse: (reuse) => {
        this.usage.recordReuse(reuse);
        warnings.warn(reuse);
      },
      uses: this.usage,
    });
    this.auditTrail = new AuditTrail({ store: this.store.auditTrail, cursorKey: this.store.cursorKey });
    const requestLog = new RequestLog({ log, stream, clock });
    const { tokens, auditTrail, usage } = this;
    const storeHealth = { ping: () => this.store.ping(), writeTrouble: () => this.store.trouble };
    const authority = { tokens, auditTrail, usage };
    const { handle, routes } = app({ ...storeHealth, authority, pages: this.#pages });
    this.router = router({
      log: requestLog,
      addressOf: () => "192.0.2.1",
      connectionOf: () => null,
      isStopping: () => this.isStopping,
      forwardAuth: forwardAuth(tokens),
      app: handle,
    });
    this.app = { routes, handle: (request) => routed(this.router, request) };
  }

  /** The secret of a new token. */
  async secret(
    access: Access,
    expiresAt: number | null = null,
    audiences: readonly string[] | null = null,
  ): Promise<string> {
    const created = await this.tokens.create(
      { access, audiences, description: `a ${access} token`, expiresAt },
      COMMAND_LINE,
    );
    if (isRefusal(created)) throw new Error(JSON.stringify(created));
    return created.secret;
  }

  /** Returns the answer, which must agree with the OpenAPI document and have the headers of every answer. */
  async send(
    path: string,
    { method = "POST", token = this.write, headers = {}, body = {} }: Sent = {},
  ): Promise<Answer> {
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const carriesBody = method !== "GET" && method !== "HEAD";
    const sent = isRaw ? body : JSON.stringify(body);
    const response = await routed(
      this.router,
      new Request(ORIGIN + path, {
        method,
        headers: {
          "content-type": "application/json",
          ...(token === null
            ? {}
            : { authorization: token.startsWith("sk_live_") ? `Bearer ${token}` : token }),
          ...headers,
        },
        ...(carriesBody ? { body: sent } : {}),
      }),
      path,
    );
    const answer = await answerOf(response);
    await requireTruth({ method, path, ...(carriesBody ? { body: sent } : {}) }, answer);
    expectHardened(answer.headers, `${method} ${path}`);
    return answer;
  }

  /** Calls an endpoint by its short name, as `api-token/list`. */
  async call(endpoint: string, body: unknown = {}, token: string | null = this.write): Promise<Answer> {
    return await this.send(`/publisher.v1/${endpoint}`, { body, token });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.stop();
    this.#server = null;
    this.store.close();
    this.directory[Symbol.dispose]();
  }
}

/** Does the work of Bun's server, which needs a socket: its router goes by the raw path, and HEAD gets no content. */
export async function routed(
  { route, fetch }: ReturnType<typeof router>,
  request: Request,
  path = new URL(request.url).pathname,
): Promise<Response> {
  const [raw = ""] = path.split("?");
  const segments = raw.replace(/\/$/, "").split("/").slice(1);
  const response = segments.includes("")
    ? await fetch(request)
    : await route(request, performance.now(), segments.map(decoded));
  return request.method === "HEAD" ? new Response(null, response) : response;
}

/** Reads the answer to its end; `json` is null without JSON. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json" && text !== "";
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
}

/** As Bun's router does, returns U+FFFD for a wrong escape. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "\ufffd";
  }
}
