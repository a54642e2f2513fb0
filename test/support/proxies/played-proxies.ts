import { type ProxyValues, proxyConfiguration } from "../../../public/proxies/configuration.ts";
import type { Answer } from "../http/api.ts";
import { rawRequest } from "../http/exchange.ts";

/** Fields of a request in order; names in lower case. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** A request of a client to a proxy. */
export interface Client {
  readonly method: string;
  readonly target: string;
  readonly fields: Fields;
}

/** A proxy that cannot run here. It follows its documentation and the printed configuration. */
export interface PlayedProxy {
  /** The text of its question to Publisher; null where it refuses the client without a question. */
  readonly question: (client: Client) => string | null;
  /** The fields that the service gets after Publisher's answer; null where it gets no request. */
  readonly passed: (client: Client, answer: Pick<Answer, "status" | "headers">) => Fields | null;
}

export function valuesOf(fields: Fields, name: string): readonly string[] {
  return fields.filter(([each]) => each === name.toLowerCase()).map(([, value]) => value);
}

/** The fields with this one alone under its name, or none where the value is null. */
function withField(fields: Fields, name: string, value: string | null): Fields {
  const lower = name.toLowerCase();
  const others = fields.filter(([each]) => each !== lower);
  return value === null ? others : [...others, [lower, value]];
}

/** The fields with those of the answer under these names, in place of the client's. */
function withAnswered(fields: Fields, names: readonly string[], answered: Headers): Fields {
  return names.reduce((all, name) => withField(all, name, answered.get(name)), fields);
}

function withoutUnderscores(fields: Fields): Fields {
  return fields.filter(([name]) => !name.includes("_"));
}

export function questionOf(method: string, target: string, fields: Fields): string {
  return rawRequest({ method, target, fields: fields.map(([name, value]) => `${name}: ${value}`) });
}

interface Router {
  readonly rule: string;
  readonly priority?: number;
  readonly parentRefs?: readonly string[];
  readonly middlewares: readonly string[];
}

interface ForwardAuth {
  readonly address: string;
  readonly authRequestHeaders: readonly string[];
  readonly authResponseHeaders: readonly string[];
}

/** https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/middlewares/forwardauth */
export function playedTraefik(values: ProxyValues): PlayedProxy {
  const files = proxyConfiguration("traefik", values);
  const [dynamic, fixed] = files.map(({ text }) => Object(Bun.YAML.parse(text)));
  const routers: readonly Router[] = Object.values(dynamic.http.routers);
  const root = routers.find(({ parentRefs }) => parentRefs === undefined);
  const auth: ForwardAuth | undefined = dynamic.http.middlewares[root?.middlewares[0] ?? ""]?.forwardAuth;
  if (root === undefined || auth === undefined) throw new Error("no router asks Publisher");
  const isDeleting = fixed.entryPoints[values.audience].http.underscoreHeadersStrategy === "delete";
  const received = ({ fields }: Client) => (isDeleting ? withoutUnderscores(fields) : fields);
  return {
    question: (client) =>
      matches(root.rule, client.method, client.fields)
        ? askedByTraefik(auth, client, received(client))
        : null,
    passed: (client, { status, headers }) => {
      if (status < 200 || status > 299) return null;
      const fields = withAnswered(received(client), auth.authResponseHeaders, headers);
      const taken = routers
        .filter(({ parentRefs }) => parentRefs !== undefined)
        .toSorted((one, other) => (other.priority ?? 0) - (one.priority ?? 0))
        .find(({ rule }) => matches(rule, client.method, fields));
      const changes = taken?.middlewares.flatMap((name): [string, string][] =>
        Object.entries(dynamic.http.middlewares[name].headers?.customRequestHeaders ?? {}),
      );
      return changes?.reduce((all, [name, value]) => withField(all, name, value || null), fields) ?? null;
    },
  };
}

function askedByTraefik(
  { address, authRequestHeaders }: ForwardAuth,
  client: Client,
  fields: Fields,
): string {
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

interface Matcher {
  readonly prefix?: string;
  readonly safe_regex?: { readonly regex: string };
}

/** https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/extensions/filters/http/ext_authz/v3/ext_authz.proto */
export function playedEnvoy(values: ProxyValues): PlayedProxy {
  const [file] = proxyConfiguration("envoy", values);
  const { listeners } = Object(Bun.YAML.parse(file?.text ?? "")).static_resources;
  const manager = listeners[0].filter_chains[0].filters[0].typed_config;
  const named: readonly { readonly typed_config: object }[] = manager.http_filters;
  const filters = named.map(({ typed_config }) => typed_config);
  const asking = filters.findIndex((filter) => "http_service" in filter);
  const { http_service: service, allowed_headers: allowed } = Object(filters[asking]);
  const before = (client: Client): Fields | null => {
    const received = acceptedByEnvoy(manager, client);
    return received && filtered(received, filters.slice(0, asking));
  };
  return {
    question: (client) => {
      const fields = before(client);
      const sent = ["authorization", ...namesIn(allowed)];
      return fields && askedByEnvoy(service.path_prefix, sent, client, fields);
    },
    passed: (client, { status, headers }) => {
      const fields = before(client);
      if (fields === null || status !== 200) return null;
      const names = namesIn(service.authorization_response.allowed_upstream_headers);
      const given = names.filter((name) => headers.has(name));
      return filtered(withAnswered(fields, given, headers), filters.slice(asking + 1));
    },
  };
}

/** The client's fields before any filter; null where Envoy refuses the client. */
function acceptedByEnvoy(manager: object, { method, fields }: Client): Fields | null {
  const { common_http_protocol_options: options, upgrade_configs } = Object(manager);
  const upgrades: readonly { readonly upgrade_type: string }[] = upgrade_configs;
  const left =
    options.headers_with_underscores_action === "DROP_HEADER" ? withoutUnderscores(fields) : fields;
  const upgrade = valuesOf(left, "upgrade").join(",").toLowerCase();
  const isTaken = upgrade === "" || upgrades.some(({ upgrade_type }) => upgrade_type === upgrade);
  return method === "CONNECT" || !isTaken ? null : left;
}

function askedByEnvoy(
  prefix: string,
  names: readonly string[],
  { method, target }: Client,
  fields: Fields,
): string {
  return questionOf(method, prefix + target, [
    ["host", "wiki.example"],
    ...fields.filter(([name]) => names.includes(name)),
    ["content-length", "0"],
    ["x-envoy-internal", "true"],
    ["x-forwarded-for", "203.0.113.9"],
    ["x-envoy-expected-rq-timeout-ms", "5000"],
  ]);
}

/** The fields behind these filters; null where one of them refuses the request. */
function filtered(fields: Fields, filters: readonly object[]): Fields | null {
  return filters.map(Object).reduce<Fields | null>((left, { mutations, rules }) => {
    if (left === null || (rules !== undefined && !isAllowed(left, rules.policies))) return null;
    return (mutations?.request_mutations ?? []).reduce(mutated, left);
  }, fields);
}

function mutated(fields: Fields, mutation: object): Fields {
  const { remove, remove_on_match: matched } = Object(mutation);
  if (remove !== undefined) return withField(fields, remove, null);
  return matched === undefined ? fields : fields.filter(([name]) => !isMatch(matched.key_matcher, name));
}

interface Principal {
  readonly and_ids: {
    readonly ids: readonly { readonly header: { readonly name: string; readonly string_match: Matcher } }[];
  };
}

function isAllowed(fields: Fields, policies: object): boolean {
  const principals: readonly Principal[] = Object.values(policies).flatMap((policy) => policy.principals);
  return principals.some(({ and_ids }) =>
    // Envoy compares the values of a header as one, with a comma between them.
    and_ids.ids.every(({ header: { name, string_match } }) =>
      isMatch(string_match, valuesOf(fields, name).join(",")),
    ),
  );
}

function isMatch({ prefix, safe_regex }: Matcher, text: string): boolean {
  if (prefix !== undefined) return text.startsWith(prefix);
  if (safe_regex === undefined) throw new Error("this does not play any other matcher");
  return new RegExp(`^(?:${safe_regex.regex})$`).test(text);
}

function namesIn({
  patterns,
}: {
  readonly patterns: readonly { readonly exact: string }[];
}): readonly string[] {
  return patterns.map(({ exact }) => exact);
}
