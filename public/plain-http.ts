/** The parts of a page's address that tell how it was loaded. */
export interface Origin {
  readonly protocol: string;
  readonly hostname: string;
}

export const PLAIN_HTTP_WARNING =
  "This page came over plain HTTP. Everybody on the way between this browser and the server can read a token that you type here. Use HTTPS or an SSH tunnel.";

/** Whether others can read the requests of a page: it came without TLS, and not from the loopback. */
export function isReadableOnTheWay({ protocol, hostname }: Origin): boolean {
  return protocol === "http:" && !isLoopback(hostname);
}

/** Names below `localhost` are the loopback by https://www.rfc-editor.org/rfc/rfc6761#section-6.3 */
function isLoopback(hostname: string): boolean {
  return (
    /^(?:.+\.)?localhost\.?$/i.test(hostname) ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname) ||
    hostname === "[::1]"
  );
}
