/** Where something listens: a host and a port, or a Unix socket. */
export type Address = HostAndPort | { readonly socket: string };

export interface HostAndPort {
  /** A name or an address; one of IPv6 without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** A name, an address of IPv4 or one of IPv6 in brackets, and a port. */
const HOST_AND_PORT = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/;

/** An absolute path, no longer than the 107 bytes that Linux allows. https://man7.org/linux/man-pages/man7/unix.7.html */
const SOCKET = /^unix:(\/[A-Za-z0-9._/-]{1,106})$/;

/** Reads `127.0.0.1:8080`, or `[::1]:8080`. Throws a RangeError for anything else. */
export function hostAndPort(text: string): HostAndPort {
  const [, host, port] = HOST_AND_PORT.exec(text) ?? [];
  if (host === undefined)
    throw new RangeError("an address must be a host and a port, such as 127.0.0.1:8080");
  return { host: host.replaceAll(/[[\]]/g, ""), port: validPort(Number(port)) };
}

/** Reads `unix:/run/publisher/publisher.sock` too. Throws a RangeError for anything else. */
export function address(text: string): Address {
  if (!text.startsWith("unix:")) return hostAndPort(text);
  const [, socket] = SOCKET.exec(text) ?? [];
  if (socket === undefined)
    throw new RangeError(
      "a socket must be unix: and an absolute path, such as unix:/run/publisher/publisher.sock",
    );
  return { socket };
}

/** Gives the port back. Throws a RangeError for a number that is none. */
export function validPort(port: number): number {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new RangeError("a port must be a number from 1 to 65535");
}
