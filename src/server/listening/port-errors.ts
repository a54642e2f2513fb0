import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { TcpAddress } from "../../settings/listen-addresses.ts";
import { reasonOf } from "../../system-errors.ts";

const OTHER_HOST = "Choose another with --host, such as 127.0.0.1.";

/**
 * Says why a server cannot listen on an address, and how to mend it. For a name without an address Bun gives an error of another cause,
 * such as EADDRINUSE, so the name comes first.
 */
export async function portErrorMessage({ host, port }: TcpAddress, error: unknown): Promise<string> {
  if (isIP(host) === 0 && !(await hasAddress(host))) {
    return `Publisher cannot listen on ${host}: the name has no address. ${OTHER_HOST}`;
  }
  switch (error instanceof Error && "code" in error ? error.code : "") {
    case "EADDRINUSE":
      return `Port ${port} on ${host} is in use by another program, perhaps by another Publisher. Stop that one, or choose another with --port.`;
    case "EACCES":
      return `Port ${port} may not be used by this user. Choose one above 1023 with --port.`;
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
    case "EINVAL":
      return `Publisher cannot listen on ${host}: this machine does not have that address. ${OTHER_HOST}`;
    default:
      return `Publisher cannot listen on ${host}, port ${port}: ${reasonOf(error)}.`;
  }
}

async function hasAddress(name: string): Promise<boolean> {
  try {
    await lookup(name);
    return true;
  } catch {
    return false;
  }
}
