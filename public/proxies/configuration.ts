import { isAudience } from "../../src/tokens/audience.ts";
import { address, type HostAndPort, hostAndPort, validPort } from "./address.ts";
import caddy from "./Caddyfile" with { type: "text" };
import envoy from "./envoy.yaml" with { type: "text" };
import haproxy from "./haproxy.cfg" with { type: "text" };
import nginx from "./nginx.conf" with { type: "text" };
import lua from "./publisher.lua" with { type: "text" };
import { type TokenSource, tokenHeader, tokenQuery } from "./token-source.ts";
import traefik from "./traefik.yaml" with { type: "text" };
import traefikStatic from "./traefik-static.yaml" with { type: "text" };

/** Every proxy that there is a configuration for. */
export const PROXY_KINDS = ["nginx", "caddy", "traefik", "envoy", "haproxy"] as const;

export type ProxyKind = (typeof PROXY_KINDS)[number];

/** The values of a configuration. */
export interface ProxyValues {
  /** The name that tokens for the service have among their audiences. */
  readonly audience: string;
  /** Where the proxy reaches Publisher: `127.0.0.1:8080`, IPv6 in brackets, or `unix:/run/publisher/publisher.sock`. */
  readonly publisher: string;
  /** Where the proxy reaches the service, as a host and a port. */
  readonly service: string;
  /** The port on which the proxy listens. */
  readonly port: number;
  /** Where clients put the token; without this, in `Authorization: Bearer`. */
  readonly token?: TokenSource;
}

/** The values in the documentation, and the first ones in the form of the admin page. */
export const USUAL_VALUES = {
  publisher: "127.0.0.1:8080",
  service: "127.0.0.1:3000",
  port: 8081,
} as const satisfies Partial<ProxyValues>;

/** A file of a configuration. The other files refer to it by its name. */
export interface ProxyFile {
  readonly name: string;
  readonly text: string;
}

/** The same with its place on the machine of the proxy. */
export interface PlacedFile extends ProxyFile {
  /** Where it goes, as `/etc/nginx/conf.d/wiki.conf`. Relative to the directory in which the proxy runs. */
  readonly path: string;
}

const TEMPLATES: Readonly<Record<ProxyKind, readonly PlacedFile[]>> = {
  nginx: [{ name: "<audience>.conf", path: "/etc/nginx/conf.d/<audience>.conf", text: nginx }],
  caddy: [{ name: "Caddyfile", path: "/etc/caddy/Caddyfile", text: caddy }],
  traefik: [
    { name: "<audience>.yaml", path: "<audience>.yaml", text: traefik },
    { name: "traefik.yaml", path: "traefik.yaml", text: traefikStatic },
  ],
  envoy: [{ name: "envoy.yaml", path: "/etc/envoy/envoy.yaml", text: envoy }],
  haproxy: [
    { name: "haproxy.cfg", path: "/etc/haproxy/haproxy.cfg", text: haproxy },
    { name: "publisher.lua", path: "/etc/haproxy/publisher.lua", text: lua },
  ],
};

/** A line that a template has only for tokens in `Authorization`, or only for tokens in a header of their own. */
const MARKED_LINE = /^( *)<(authorization|header)\?>(.*\n)/gm;

/**
 * The files that make a proxy ask Publisher before it lets a request through to a service. Throws a RangeError for
 * values that no configuration can have, since a stray character would be read as configuration.
 */
export function proxyConfiguration(kind: ProxyKind, values: ProxyValues): readonly PlacedFile[] {
  const words = placeholders(kind, values);
  const place = typeof values.token === "object" ? "header" : "authorization";
  const filled = (text: string) =>
    text
      .replaceAll(MARKED_LINE, (_, indent, mark, line) => (mark === place ? indent + line : ""))
      .replaceAll(/<(\w+)>/g, (_, name: string) => {
        const word = words[name];
        if (word === undefined) throw new RangeError(`no configuration has a ${name}`);
        return word;
      });
  return TEMPLATES[kind].map(({ name, path, text }) => ({
    name: filled(name),
    path: filled(path),
    text: filled(text),
  }));
}

function placeholders(kind: ProxyKind, values: ProxyValues): Readonly<Record<string, string>> {
  const { audience, service, port, token = "bearer" } = values;
  if (!isAudience(audience)) throw new RangeError("the audience cannot be that of a token");
  const query = tokenQuery(token);
  // Envoy has the names of headers in lower case.
  const header = kind === "envoy" ? tokenHeader(token).toLowerCase() : tokenHeader(token);
  return {
    audience,
    ...publisherWords(kind, values.publisher),
    service,
    serviceEndpoint: endpoint(hostAndPort(service)),
    port: String(validPort(port)),
    query,
    options: query === "" ? "" : `?${query}`,
    queryBeforePath: query === "" ? "" : `${query}&`,
    tokenHeader: header,
    tokenHeaders: [...new Set(["Authorization", header])].map((name) => JSON.stringify(name)).join(", "),
  };
}

/** How a socket is written; Traefik knows none. */
const SOCKET_SPELLINGS: Readonly<Record<ProxyKind, string | null>> = {
  nginx: "unix:",
  caddy: "unix/",
  traefik: null,
  envoy: "",
  haproxy: "unix@",
};

/** How a kind of proxy writes the address of Publisher. Throws a RangeError for one that it cannot reach. */
export function publisherWords(kind: ProxyKind, publisher: string): Readonly<Record<string, string>> {
  const where = address(publisher);
  if (!("socket" in where))
    return {
      publisher,
      publisherName: publisher,
      publisherDiscovery: "STRICT_DNS",
      publisherEndpoint: endpoint(where),
    };
  const spelling = SOCKET_SPELLINGS[kind];
  if (spelling === null)
    throw new RangeError("Traefik cannot reach Publisher by a socket: give a host and a port");
  return {
    publisher: spelling + where.socket,
    publisherName: "publisher",
    publisherDiscovery: "STATIC",
    publisherEndpoint: `{ pipe: { path: ${JSON.stringify(where.socket)} } }`,
  };
}

/** An address as Envoy has it. The host is quoted, since in YAML a colon has a meaning. */
function endpoint({ host, port }: HostAndPort): string {
  return `{ socket_address: { address: ${JSON.stringify(host)}, port_value: ${port} } }`;
}
