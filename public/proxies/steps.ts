import { address } from "./address.ts";
import type { ProxyKind, ProxyValues } from "./configuration.ts";

/** Commands for a shell, and an option of Publisher, that put a configuration to use. */
export interface ProxySteps {
  /** Has the proxy read its files again. It changes nothing where they have a fault. */
  readonly reload: string;
  /** Sends a request through the proxy, with the token in `SERVICE_TOKEN`. */
  readonly trial: string;
  /** The option of Publisher with which its log has the addresses of the clients, and not that of the proxy. */
  readonly option: string;
}

const RELOADS: Readonly<Record<ProxyKind, string>> = {
  nginx: "nginx -t && nginx -s reload",
  caddy: "caddy reload --config /etc/caddy/Caddyfile",
  // It reads the other file again by itself.
  traefik: "systemctl restart traefik",
  envoy: "envoy --mode validate -c /etc/envoy/envoy.yaml && systemctl restart envoy",
  haproxy: "haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl reload haproxy",
};

/** The steps after the files are in place. Throws a RangeError for a malformed address of Publisher. */
export function proxySteps(kind: ProxyKind, { publisher, port, token = "bearer" }: ProxyValues): ProxySteps {
  const header = typeof token === "object" ? token.header : "Authorization";
  const scheme = typeof token === "object" ? "" : "Bearer ";
  return {
    reload: RELOADS[kind],
    // printf is a part of the shell: so no list of processes has the token, as it has every argument of curl.
    trial: `printf '${header}: ${scheme}%s\\n' "$SERVICE_TOKEN" | curl -i -H @- http://127.0.0.1:${port}/`,
    option: `--trusted-proxies ${proxyAddress(publisher)}`,
  };
}

/** From where a proxy comes that reaches Publisher at an address. */
function proxyAddress(publisher: string): string {
  const where = address(publisher);
  if ("socket" in where) return "unix";
  if (where.host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(where.host)) return where.host;
  return where.host === "localhost" ? "127.0.0.1,::1" : "ADDRESS-OF-THE-PROXY";
}
