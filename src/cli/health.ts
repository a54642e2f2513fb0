import { reachableUrl } from "../server/startup-banner.ts";
import type { ListenAddress } from "../settings/listen-addresses.ts";
import { type ListenFlags, listenAddresses } from "../settings/listen-options.ts";
import { UsageError } from "../settings/usage-error.ts";
import { CommandFailure } from "../terminal/command-failure.ts";
import { print } from "../terminal/print.ts";

/** The time limit of an answer. */
const PATIENCE_MS = 5000;

/** More bytes than an answer about health has. */
const ANSWER_LIMIT_BYTES = 64 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ABORT_ERR: `no answer within ${PATIENCE_MS / 1000} seconds`,
  ECONNREFUSED: "nothing listens there",
  ENOENT: "there is no such socket",
  EACCES: "permission denied",
  ECONNRESET: "it closed the connection",
};

export interface HealthFlags {
  readonly url?: string;
  /** Asks whether the server lives, not whether its store answers. */
  readonly live?: boolean;
}

/** The address of a server. */
interface Target {
  /** For people. */
  readonly name: string;
  readonly base: string;
  readonly socketPath?: string;
}

/** Asks a server about its health. Throws CommandFailure unless the answer is good. */
export async function checkHealth({
  url,
  live = false,
  ...listen
}: HealthFlags & ListenFlags): Promise<void> {
  const target = url === undefined ? targetOf(listenAddresses(listen)) : targetAt(url);
  const { status, body } = await answer(target, live ? "/healthz" : "/readyz");
  const state = live ? "alive" : "ready";
  if (status === 200 && fieldOf(body, "status") === "ok")
    return await print(`The server at ${target.name} is ${state}.\n`);
  const reason =
    fieldOf(fieldOf(body, "error"), "message") ?? `its answer is not Publisher's, with status ${status}`;
  throw new CommandFailure(`The server at ${target.name} is not ${state}: ${reason}.`);
}

/** The first address of the server. A server on every address is on the loopback too. */
function targetOf([address]: readonly ListenAddress[]): Target {
  if (address === undefined) throw new Error("there is no address");
  if ("path" in address)
    return { name: `unix:${address.path}`, base: "http://localhost", socketPath: address.path };
  if (address.port === 0)
    throw new UsageError("Port 0 is a free one that only the server knows. Say where it listens with --url.");
  const base = reachableUrl(address);
  return { name: base, base };
}

function targetAt(text: string): Target {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.search + url.hash !== "")
    throw new UsageError(
      `--url must be the address of a server, such as http://127.0.0.1:8080, and is ${JSON.stringify(withoutPassword(text))}.`,
    );
  const base = baseOf(url);
  url.username = "";
  url.password = "";
  return { name: baseOf(url), base };
}

function baseOf(url: URL): string {
  return url.href.replace(/\/+$/, "");
}

/** A text that may be a URL, without its possible user name and password. */
function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/)?.*@/is, "$1");
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Sends no request by `fetch`: it would ask the proxy in HTTP_PROXY for an address of this machine. An import of
 * node:http would make the executable a megabyte larger.
 */
async function answer({ name, base, socketPath }: Target, path: string): Promise<Answer> {
  const { get } = process.getBuiltinModule(base.startsWith("https:") ? "node:https" : "node:http");
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const request = get(
    base + path,
    { ...(socketPath === undefined ? {} : { socketPath }), signal },
    (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        if (text.length < ANSWER_LIMIT_BYTES) text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
      response.on("error", reject);
    },
  );
  request.on("error", reject);
  return await promise.catch((error: unknown) => {
    throw new CommandFailure(`No server answers at ${name}: ${reasonOf(error)}.`, { cause: error });
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return REASONS[code] ?? error.message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fieldOf(body: unknown, key: string): unknown {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>)[key] : undefined;
}
