import caddy from "./Caddyfile" with { type: "text" };
import envoy from "./envoy.yaml" with { type: "text" };
import haproxy from "./haproxy.cfg" with { type: "text" };
import nginx from "./nginx.conf" with { type: "text" };
import lua from "./publisher.lua" with { type: "text" };
import traefik from "./traefik.yaml" with { type: "text" };
import traefikStatic from "./traefik-static.yaml" with { type: "text" };

/** Every proxy that there is a configuration for. */
export const PROXY_KINDS = ["nginx", "caddy", "traefik", "envoy", "haproxy"] as const;

export type ProxyKind = (typeof PROXY_KINDS)[number];

/** What a configuration is filled in with. */
export interface ProxyValues {
  /** The name that tokens for the service have among their audiences. */
  readonly audience: string;
  /** Where the proxy reaches Publisher, as `127.0.0.1:8080`; IPv6 in brackets. */
  readonly publisher: string;
  /** Where the proxy reaches the service, in the same form. */
  readonly service: string;
  /** On which the proxy listens. */
  readonly port: number;
}

/** A file of a configuration, by the name that the others know it by. */
export interface ProxyFile {
  readonly name: string;
  readonly text: string;
}

const TEMPLATES: Readonly<Record<ProxyKind, readonly ProxyFile[]>> = {
  nginx: [{ name: "<audience>.conf", text: nginx }],
  caddy: [{ name: "Caddyfile", text: caddy }],
  traefik: [
    { name: "<audience>.yaml", text: traefik },
    { name: "traefik.yaml", text: traefikStatic },
  ],
  envoy: [{ name: "envoy.yaml", text: envoy }],
  haproxy: [
    { name: "haproxy.cfg", text: haproxy },
    { name: "publisher.lua", text: lua },
  ],
};

/** A name, an address of IPv4 or one of IPv6 in brackets, and a port. */
const ADDRESS = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/;

const AUDIENCE = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * The files that make a proxy ask Publisher before it lets a request through to a service. Throws a RangeError for
 * values that no configuration can have, since a stray character would be read as configuration.
 */
export function proxyConfiguration(kind: ProxyKind, values: ProxyValues): readonly ProxyFile[] {
  const words = placeholders(values);
  const filled = (text: string) =>
    text.replaceAll(/<(\w+)>/g, (_, name: string) => {
      const word = words[name];
      if (word === undefined) throw new RangeError(`no configuration has a ${name}`);
      return word;
    });
  return TEMPLATES[kind].map(({ name, text }) => ({ name: filled(name), text: filled(text) }));
}

function placeholders({ audience, publisher, service, port }: ProxyValues): Readonly<Record<string, string>> {
  if (!AUDIENCE.test(audience)) throw new RangeError("the audience cannot be that of a token");
  const [publisherHost, publisherPort] = hostAndPort(publisher);
  const [serviceHost, servicePort] = hostAndPort(service);
  return {
    audience,
    publisher,
    publisherHost,
    publisherPort,
    service,
    serviceHost,
    servicePort,
    port: validPort(port),
  };
}

function hostAndPort(address: string): readonly [host: string, port: string] {
  const [, host, port] = ADDRESS.exec(address) ?? [];
  if (host === undefined)
    throw new RangeError("an address must be a host and a port, such as 127.0.0.1:8080");
  // In YAML a bracket begins a list, and no address.
  return [JSON.stringify(host.replaceAll(/[[\]]/g, "")), validPort(Number(port))];
}

function validPort(port: number): string {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return String(port);
  throw new RangeError("a port must be a number from 1 to 65535");
}
