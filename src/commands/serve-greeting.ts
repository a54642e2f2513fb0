import { BlockList, isIPv6 } from "node:net";
import type { DataDirectory } from "../store/data-directory.ts";
import { VERSION } from "../version.ts";
import type { FirstToken } from "./first-token.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

const EVERY_ADDRESS: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** What an operator must know who listens where others can reach; null on the loopback. */
export function unencryptedWarning(host: string): string | null {
  const isLoopback =
    host.toLowerCase() === "localhost" || LOOPBACK.check(host, isIPv6(host) ? "ipv6" : "ipv4");
  if (isLoopback) return null;
  return `Listening on ${host}: tokens travel unencrypted, unless something in front of Publisher does TLS`;
}

export interface Greeting {
  readonly host: string;
  readonly port: number;
  /** Whether there is an admin page to open. */
  readonly pages: boolean;
  readonly directory: DataDirectory;
  readonly isNew: boolean;
  readonly firstToken: FirstToken;
  readonly warnings: readonly string[];
}

/** What a person sees who starts the server: where everything is, and a line to try it. */
export function greeting({ host, port, pages, directory, isNew, firstToken, warnings }: Greeting): string {
  const url = addressTo(host, port);
  return [
    `Publisher ${VERSION} is running.`,
    "",
    ...(pages ? [`  Admin page   ${url}/`] : []),
    `  API          ${url}/publisher.v1/`,
    `  Store        ${directory.database}${isNew ? " (new)" : ""}`,
    `  First token  ${whereFirstToken(firstToken)}`,
    "",
    ...warnings.flatMap((warning) => [`Warning: ${warning}.`, ""]),
    "Try it:",
    "",
    `  curl -sS ${url}/publisher.v1/api-token/list -H "Authorization: Bearer ${bearer(firstToken)}" ` +
      `-H "Content-Type: application/json" -d '{}'`,
    "",
    "Stop with Ctrl+C. What follows is the log, in JSON lines.",
    "",
    "",
  ].join("\n");
}

function addressTo(host: string, port: number): string {
  const reachable = EVERY_ADDRESS[host] ?? host;
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
}

function whereFirstToken(firstToken: FirstToken): string {
  switch (firstToken.source) {
    case "file":
      return `in ${firstToken.path}`;
    case "given":
      return `the one in ${firstToken.variable}`;
    case "in-use":
      return 'in use already; "publisher token create --access write" makes another';
  }
}

function bearer(firstToken: FirstToken): string {
  if (firstToken.source === "file") return `$(cat ${shellWord(firstToken.path)})`;
  if (firstToken.source === "in-use") return "$TOKEN";
  return firstToken.variable === "PUBLISHER_FIRST_TOKEN"
    ? "$PUBLISHER_FIRST_TOKEN"
    : '$(cat "$PUBLISHER_FIRST_TOKEN_FILE")';
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
