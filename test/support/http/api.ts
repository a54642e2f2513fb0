import { randomBytes } from "node:crypto";
import { app } from "../../../src/http/app.ts";
import { forwardAuth } from "../../../src/http/auth/forward-auth.ts";
import type { PageFiles } from "../../../src/http/page-file.ts";
import { RequestLog } from "../../../src/http/request-log.ts";
import { router } from "../../../src/http/router.ts";
import { makeLog } from "../../../src/log/log.ts";
import { ReuseWarnings } from "../../../src/server/reuse-warnings.ts";
import { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { SqliteTokenStore } from "../../../src/store/sqlite/sqlite-token-store.ts";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { AuditTrail } from "../../../src/tokens/audit/audit-trail.ts";
import { isRefusal } from "../../../src/tokens/refusal.ts";
import type { Access } from "../../../src/tokens/token.ts";
import { TokenService } from "../../../src/tokens/token-service.ts";
import { Usage } from "../../../src/tokens/usage/usage.ts";
import { TemporaryDirectory } from "../temporary.ts";
import { requireTruth } from "./truth.ts";

const ORIGIN = "http://localhost";

/** What a test sends: by default a POST of JSON with a token that may do everything. */
export interface Sent {
  readonly method?: string;
  /** null sends none; text that is no secret is sent as the whole header. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or bytes go out as they are, anything else as JSON. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came
  readonly json: any;
}

/** The application without a socket, on a store of its own in real files, with a clock that stands still. */
export class TestApi implements AsyncDisposable {
  readonly directory: TemporaryDirectory;
  /** Every line of the log. */
  readonly logLines: string[] = [];
  /** What time it is, in Unix milliseconds. */
  nowMs = Date.parse("2026-06-01T12:00:00.500Z");
  isStopping = false;
  readonly store: SqliteTokenStore;
  readonly tokens: TokenService;
  readonly auditTrail: AuditTrail;
  /** Nothing of it is in the store until a test flushes it. */
  readonly usage: Usage;
  readonly app: ReturnType<typeof app>;
  readonly router: ReturnType<typeof router>;
  /** Secrets of a write and a read token, which `start` makes. */
  write = "";
  read = "";

  private constructor(pages: PageFiles | null, directory = new TemporaryDirectory()) {
    this.directory = directory;
    this.store = SqliteTokenStore.open(new DataDirectory(this.directory.path));
    // So that every request has a line, however many there are.
    const log = makeLog("debug", { write: (line) => void this.logLines.push(line) });
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
    const requestLog = new RequestLog(log, clock);
    const parts = { log: requestLog, isStopping: () => this.isStopping, addressOf: () => "192.0.2.1" };
    const { tokens, auditTrail, usage } = this;
    const storeHealth = { ping: () => this.store.ping(), writeTrouble: () => this.store.trouble };
    this.app = app({ ...parts, ...storeHealth, authority: { tokens, auditTrail, usage }, pages });
    const { fetch } = this.app;
    this.router = router({
      ...parts,
      fetch,
      connectionOf: () => null,
      forwardAuth: forwardAuth({ ...parts, tokens }),
    });
  }

  static async start(pages: PageFiles | null = null): Promise<TestApi> {
    const api = new TestApi(pages);
    api.write = await api.secret("write");
    api.read = await api.secret("read");
    return api;
  }

  /** The same files, opened anew as after a restart and without pages; this one is closed. */
  restarted(): TestApi {
    this.store.close();
    const { write, read, nowMs } = this;
    return Object.assign(new TestApi(null, this.directory), { write, read, nowMs });
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

  /** The answer, which must be what the OpenAPI document says. */
  async send(
    path: string,
    { method = "POST", token = this.write, headers = {}, body = {} }: Sent = {},
  ): Promise<Answer> {
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const carriesBody = method !== "GET" && method !== "HEAD";
    const sent = isRaw ? body : JSON.stringify(body);
    const response = await this.#handle(
      path,
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
    );
    const answer = await answerOf(response);
    await requireTruth({ method, path, ...(carriesBody ? { body: sent } : {}) }, answer);
    return answer;
  }

  /** Calls an endpoint by its short name, as `api-token/list`. */
  async call(endpoint: string, body: unknown = {}, token: string | null = this.write): Promise<Answer> {
    return await this.send(`/publisher.v1/${endpoint}`, { body, token });
  }

  /** Plays Bun's router, which there is on a socket alone: it goes by the raw path. */
  async #handle(path: string, request: Request): Promise<Response> {
    const [raw = ""] = path.split("?");
    const segments = raw.replace(/\/$/, "").split("/").slice(1);
    const { route, fetch } = this.router;
    return await (segments.includes("") ? fetch(request) : route(request, segments.map(decoded)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.store.close();
    this.directory[Symbol.dispose]();
  }
}

/** The answer, read to its end; `json` is null where there is none. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json" && text !== "";
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
}

/** What is no escape, or no UTF-8, becomes the character that stands for such. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "\ufffd";
  }
}
