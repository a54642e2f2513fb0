import { USUAL_VALUES } from "../../proxies/configuration.ts";

/** The parts of a page's address that tell how it was loaded. */
export interface PageAddress {
  readonly protocol: string;
  readonly hostname: string;
  /** Empty for the usual port of the protocol. */
  readonly port: string;
}

/**
 * Where a proxy reaches Publisher. Over plain HTTP with a port, this page comes from there most likely. Otherwise it
 * comes through another proxy, and its address tells nothing.
 */
export function publisherAddress({ protocol, hostname, port }: PageAddress): string {
  if (protocol === "https:" || port === "") return USUAL_VALUES.publisher;
  // HAProxy looks names up by DNS alone, which need not know this one.
  return `${hostname === "localhost" ? "127.0.0.1" : hostname}:${port}`;
}
