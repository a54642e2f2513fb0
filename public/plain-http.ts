/** The parts of a page's address that say how it came. */
export interface Origin {
  readonly protocol: string;
  readonly hostname: string;
}

export const PLAIN_HTTP_WARNING =
  "This page came over plain HTTP. Everybody on the way between this browser and the server can read a token that you type here. Use HTTPS or an SSH tunnel.";

/** Whether what is typed on a page can be read on the way to its server: without TLS, and not on the loopback. */
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
