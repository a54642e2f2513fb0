import { isIP } from "node:net";
import { resolve } from "node:path";

/** A host name or address, and a port; 0 for a free one. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** A Unix socket in the file system. */
export interface SocketAddress {
  readonly path: string;
}

export type ListenAddress = TcpAddress | SocketAddress;

const SOCKET_START = "unix:";

/** The longest path of a socket, in bytes: sun_path of the kernel without its last byte, which is 0. */
export const SOCKET_PATH_BYTES = process.platform === "darwin" ? 103 : 107;

/**
 * Reads `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/publisher/publisher.sock`; returns null for any other text. A path
 * may be relative. A name that begins with `@` is refused: in other programs that is an abstract socket, which has no
 * modes, and any program may take it while Publisher is down. A path that is not UTF-8 arrives with U+FFFD in it, and is
 * refused: it would be another path.
 */
export function listenAddressFrom(text: string): ListenAddress | null {
  if (text.startsWith(SOCKET_START)) return socketAddress(text.slice(SOCKET_START.length));
  const [, bracketed, plain, port = ""] = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  const isHost = bracketed === undefined ? isHostToListenOn(host) : isIP(host) === 6;
  return isHost && isPort(port) ? { host, port: Number(port) } : null;
}

function socketAddress(text: string): SocketAddress | null {
  const path = resolve(text);
  const isPath = text !== "" && !text.startsWith("@") && !text.endsWith("/") && !/[\0\uFFFD]/.test(path);
  return isPath && Buffer.byteLength(path) <= SOCKET_PATH_BYTES ? { path } : null;
}

/** True for a host that a server can listen on: a name, or an address without brackets. */
export function isHostToListenOn(text: string): boolean {
  return /^[a-z\d][a-z\d.-]*$/i.test(text) || isIP(text) !== 0;
}

export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}
