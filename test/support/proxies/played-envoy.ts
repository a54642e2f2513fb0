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

interface Exact {
  readonly patterns: readonly { readonly exact: string }[];
}

interface Matcher {
  readonly prefix?: string;
  readonly safe_regex?: { readonly regex: string };
}

interface Mutation {
  readonly remove?: string;
  readonly remove_on_match?: { readonly key_matcher: Matcher };
}

interface HeaderPrincipal {
  readonly header: { readonly name: string; readonly string_match: Matcher };
}

interface Configured {
  readonly mutations?: { readonly request_mutations: readonly Mutation[] };
  readonly allowed_headers?: Exact;
  readonly http_service?: {
    readonly path_prefix: string;
    readonly authorization_response: { readonly allowed_upstream_headers: Exact };
  };
  readonly rules?: {
    readonly policies: Readonly<
      Record<
        string,
        { readonly principals: readonly { readonly and_ids: { readonly ids: readonly HeaderPrincipal[] } }[] }
      >
    >;
  };
}

interface Manager {
  readonly common_http_protocol_options: { readonly headers_with_underscores_action: string };
  readonly upgrade_configs: readonly { readonly upgrade_type: string }[];
  readonly http_filters: readonly { readonly name: string; readonly typed_config: Configured }[];
}

interface Whole {
  readonly static_resources: {
    readonly listeners: readonly {
      readonly filter_chains: readonly { readonly filters: readonly { readonly typed_config: Manager }[] }[];
    }[];
  };
}

/** https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/extensions/filters/http/ext_authz/v3/ext_authz.proto */
export function playedEnvoy(values: ProxyValues): PlayedProxy {
  const manager = managerOf(values);
  const filters = manager.http_filters.map(({ typed_config }) => typed_config);
  const asking = filters.findIndex(({ http_service }) => http_service !== undefined);
  const { http_service: service, allowed_headers: allowed } = filters[asking] ?? {};
  if (service === undefined || allowed === undefined) throw new Error("no filter asks Publisher");
  const before = (client: Client): Fields | null => {
    const received = accepted(manager, client);
    return received === null ? null : filtered(received, filters.slice(0, asking));
  };
  return {
    question: (client) => {
      const fields = before(client);
      return fields && asked(service.path_prefix, exactly(allowed), client, fields);
    },
    passed: (client, { status, headers }) => {
      const fields = before(client);
      if (fields === null || status !== 200) return null;
      const names = exactly(service.authorization_response.allowed_upstream_headers);
      const given = names.filter((name) => headers.has(name));
      return filtered(withAnswered(fields, given, headers), filters.slice(asking + 1));
    },
  };
}

function managerOf(values: ProxyValues): Manager {
  const [file] = proxyConfiguration("envoy", values);
  const { listeners } = (Bun.YAML.parse(file?.text ?? "") as Whole).static_resources;
  const manager = listeners[0]?.filter_chains[0]?.filters[0]?.typed_config;
  if (manager === undefined) throw new Error("nothing listens");
  return manager;
}

/** What is left of the client's fields before any filter; null where Envoy refuses the client. */
function accepted({ common_http_protocol_options, upgrade_configs }: Manager, client: Client): Fields | null {
  const isDropping = common_http_protocol_options.headers_with_underscores_action === "DROP_HEADER";
  const fields = client.fields.filter(([name]) => !(isDropping && name.includes("_")));
  const upgrade = valuesOf(fields, "upgrade").join(",").toLowerCase();
  const isTaken = upgrade === "" || upgrade_configs.some(({ upgrade_type }) => upgrade_type === upgrade);
  return client.method === "CONNECT" || !isTaken ? null : fields;
}

function asked(
  prefix: string,
  allowed: readonly string[],
  { method, target }: Client,
  fields: Fields,
): string {
  const sent = new Set(["authorization", ...allowed]);
  return questionOf(method, prefix + target, [
    ["host", "wiki.example"],
    ...fields.filter(([name]) => sent.has(name)),
    ["content-length", "0"],
    ["x-envoy-internal", "true"],
    ["x-forwarded-for", "203.0.113.9"],
    ["x-envoy-expected-rq-timeout-ms", "5000"],
  ]);
}

/** The fields behind these filters; null where one of them refuses the request. */
function filtered(fields: Fields, filters: readonly Configured[]): Fields | null {
  return filters.reduce<Fields | null>((left, { mutations, rules }) => {
    if (left === null || (rules !== undefined && !isAllowed(left, rules))) return null;
    return (mutations?.request_mutations ?? []).reduce(mutated, left);
  }, fields);
}

function mutated(fields: Fields, { remove, remove_on_match }: Mutation): Fields {
  if (remove !== undefined) return withField(fields, remove, null);
  const matcher = remove_on_match?.key_matcher;
  return matcher === undefined ? fields : fields.filter(([name]) => !isMatch(matcher, name));
}

function isAllowed(fields: Fields, { policies }: NonNullable<Configured["rules"]>): boolean {
  return Object.values(policies).some(({ principals }) =>
    principals.some(({ and_ids }) =>
      // Envoy compares the values of a header as one, with a comma between them.
      and_ids.ids.every(({ header: { name, string_match } }) =>
        isMatch(string_match, valuesOf(fields, name).join(",")),
      ),
    ),
  );
}

function isMatch({ prefix, safe_regex }: Matcher, text: string): boolean {
  if (prefix !== undefined) return text.startsWith(prefix);
  if (safe_regex === undefined) throw new Error("this does not play any other matcher");
  return new RegExp(`^(?:${safe_regex.regex})$`).test(text);
}

function exactly({ patterns }: Exact): readonly string[] {
  return patterns.map(({ exact }) => exact);
}
