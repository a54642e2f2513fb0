import { type ProxyValues, proxyConfiguration } from "../../../public/proxies/configuration.ts";
import {
  type Client,
  type Fields,
  type PlayedProxy,
  questionOf,
  valuesOf,
  withAnswered,
  withField,
} from "./played-proxy.ts";

interface Router {
  readonly rule: string;
  readonly priority?: number;
  readonly parentRefs?: readonly string[];
  readonly middlewares: readonly string[];
  readonly service?: string;
}

interface Middleware {
  readonly forwardAuth?: {
    readonly address: string;
    readonly authRequestHeaders: readonly string[];
    readonly authResponseHeaders: readonly string[];
  };
  readonly headers?: { readonly customRequestHeaders: Readonly<Record<string, string>> };
}

interface Dynamic {
  readonly http: {
    readonly routers: Readonly<Record<string, Router>>;
    readonly middlewares: Readonly<Record<string, Middleware>>;
  };
}

interface Static {
  readonly entryPoints: Readonly<
    Record<string, { readonly http: { readonly underscoreHeadersStrategy: string } }>
  >;
}

/** https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/middlewares/forwardauth */
export function playedTraefik(values: ProxyValues): PlayedProxy {
  const [dynamic, fixed] = proxyConfiguration("traefik", values).map(({ text }) => Bun.YAML.parse(text));
  const { routers, middlewares } = (dynamic as Dynamic).http;
  const strategy = (fixed as Static).entryPoints[values.audience]?.http.underscoreHeadersStrategy;
  const root = Object.values(routers).find(({ parentRefs }) => parentRefs === undefined);
  const [asking = ""] = root?.middlewares ?? [];
  const auth = middlewares[asking]?.forwardAuth;
  if (root === undefined || auth === undefined) throw new Error("no router asks Publisher");
  const received = ({ fields }: Client): Fields =>
    strategy === "delete" ? fields.filter(([name]) => !name.includes("_")) : fields;
  return {
    question: (client) =>
      matches(root.rule, client.method, client.fields) ? asked(auth, client, received(client)) : null,
    passed: (client, { status, headers }) => {
      if (status < 200 || status > 299) return null;
      const fields = withAnswered(received(client), auth.authResponseHeaders, headers);
      const taken = Object.values(routers)
        .filter(({ parentRefs }) => parentRefs !== undefined)
        .toSorted((one, other) => (other.priority ?? 0) - (one.priority ?? 0))
        .find(({ rule }) => matches(rule, client.method, fields));
      return taken === undefined ? null : changed(fields, taken, middlewares);
    },
  };
}

function asked(
  { address, authRequestHeaders }: NonNullable<Middleware["forwardAuth"]>,
  client: Client,
  fields: Fields,
) {
  const { host, pathname, search } = new URL(address);
  const names = authRequestHeaders.map((name) => name.toLowerCase());
  return questionOf("GET", pathname + search, [
    ["host", host],
    ...fields.filter(([name]) => names.includes(name)),
    ["x-forwarded-for", "203.0.113.9"],
    ["x-forwarded-host", "wiki.example"],
    ["x-forwarded-method", client.method],
    ["x-forwarded-port", "80"],
    ["x-forwarded-proto", "http"],
    ["x-forwarded-uri", client.target],
    ["accept-encoding", "gzip"],
  ]);
}

function changed(fields: Fields, { middlewares }: Router, all: Readonly<Record<string, Middleware>>): Fields {
  const changes = middlewares.flatMap((name) =>
    Object.entries(all[name]?.headers?.customRequestHeaders ?? {}),
  );
  return changes.reduce<Fields>((left, [name, value]) => withField(left, name, value || null), fields);
}

const MATCHER = /^(!?)(\w+)\(`([^`]*)`(?:, `([^`]*)`)?\)$/;

/** https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/routing/rules-and-priority */
function matches(rule: string, method: string, fields: Fields): boolean {
  return rule.split(" && ").every((part) => {
    const [, not, matcher, first = "", second = ""] = MATCHER.exec(part) ?? [];
    return matchesPart(matcher, first, second, method, fields) !== (not === "!");
  });
}

function matchesPart(matcher = "", first: string, second: string, method: string, fields: Fields): boolean {
  if (matcher === "PathPrefix" && first === "/") return true;
  if (matcher === "Method") return method === first;
  if (matcher !== "HeaderRegexp") throw new Error(`this does not play ${matcher}`);
  const pattern = new RegExp(second.replace("(?i)", ""), second.startsWith("(?i)") ? "i" : "");
  return valuesOf(fields, first).some((value) => pattern.test(value));
}
