import { BlockList, isIPv6 } from "node:net";
import type { ListenAddress, TcpAddress } from "../settings/listen-addresses.ts";
import type { DataDirectory } from "../store/sqlite/file/data-directory.ts";
import { readable } from "../terminal/print.ts";
import { VERSION } from "../version.ts";
import type { FirstToken } from "./first-token.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

const EVERY_ADDRESS: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** The warning about an address that other machines reach; null for the loopback. */
export function unencryptedWarning(host: string): string | null {
  const isLoopback =
    host.toLowerCase() === "localhost" || LOOPBACK.check(host, isIPv6(host) ? "ipv6" : "ipv4");
  if (isLoopback) return null;
  return `Listening on ${host}: tokens travel unencrypted, unless something in front of Publisher does TLS`;
}

export interface BannerFields {
  /** Where the server listens, one at least. */
  readonly addresses: readonly ListenAddress[];
  /** Whether there is an admin page to open. */
  readonly pages: boolean;
  readonly directory: DataDirectory;
  readonly isNew: boolean;
  /** Reports the migration of an older store, as a sentence without its full stop; null for none. */
  readonly migration?: string | null;
  readonly firstToken: FirstToken;
  readonly warnings: readonly string[];
}

/** The text that a server prints at its start: where everything is, and a line to try it. */
export function startupBanner({
  addresses,
  pages,
  directory,
  isNew,
  migration = null,
  firstToken,
  warnings,
}: BannerFields): string {
  return [
    `Publisher ${VERSION} is running.`,
    "",
    ...addresses.flatMap((address) => addressLines(address, pages)),
    `  Store        ${readable(directory.database)}${isNew ? " (new)" : ""}`,
    `  First token  ${firstTokenText(firstToken)}`,
    "",
    ...(migration === null ? [] : [`${readable(migration)}.`, ""]),
    ...warnings.flatMap((warning) => [`Warning: ${readable(warning)}.`, ""]),
    "Try it:",
    "",
    // A shell's own "echo" is in no list of processes, as curl's arguments are.
    `  echo "Authorization: Bearer ${bearer(firstToken)}" | ` +
      `curl -sS ${curlTarget(addresses)}/publisher.v1/api-token/list -H @- -H "Content-Type: application/json" -d '{}'`,
    "",
    "Stop with Ctrl+C. What follows is the log, in JSON lines.",
    "",
    "",
  ].join("\n");
}

/** A browser cannot open a socket, so that there is no page to be had there. */
function addressLines(address: ListenAddress, pages: boolean): readonly string[] {
  if ("path" in address) return [`  Socket       ${address.path}`];
  const url = reachableUrl(address);
  return [...(pages ? [`  Admin page   ${url}/`] : []), `  API          ${url}/publisher.v1/`];
}

/** The arguments for curl that lead to the server: to a port where there is one. */
function curlTarget(addresses: readonly ListenAddress[]): string {
  const [first] = addresses.toSorted((one, other) => Number("path" in one) - Number("path" in other));
  if (first === undefined) return "";
  return "path" in first ? `--unix-socket ${shellWord(first.path)} http://localhost` : reachableUrl(first);
}

/** Where the server listens, as its log says it. */
export function urlOf(address: ListenAddress): string {
  return "path" in address ? `unix:${address.path}` : `${urlTo(address.host, address.port)}/`;
}

/** Where this machine reaches a server that listens there. */
export function reachableUrl({ host, port }: TcpAddress): string {
  return urlTo(EVERY_ADDRESS[host] ?? host, port);
}

function urlTo(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function firstTokenText(firstToken: FirstToken): string {
  switch (firstToken.source) {
    case "file":
      return `in ${readable(firstToken.path)}`;
    case "given":
      return `the one in ${firstToken.variable}`;
    case "in-use":
      return 'none: this store is not new; "publisher token create --access write" makes another token';
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
