import type { TargetedInputEvent } from "preact";
import { useId, useState } from "preact/hooks";
import { PROXY_KINDS, type ProxyKind, proxyConfiguration } from "../../proxies/configuration.ts";
import type { TokenSource } from "../../proxies/token-source.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { Select } from "../parts/select.tsx";

const KIND_NAMES: Readonly<Record<ProxyKind, string>> = {
  nginx: "nginx",
  caddy: "Caddy",
  traefik: "Traefik",
  envoy: "Envoy",
  haproxy: "HAProxy",
};

/** Where the token comes; the header is named in a field of its own. */
const SOURCE_NAMES = {
  bearer: "Authorization: Bearer",
  basic: "Basic’s password too",
  header: "A header of its own",
} as const;

type SourceKind = keyof typeof SOURCE_NAMES;

const SOURCE_KINDS = ["bearer", "basic", "header"] as const satisfies readonly SourceKind[];

interface ProxyConfigurationProps {
  readonly audiences: readonly string[];
}

/** How a reverse proxy is set up to let only tokens for a service through to it, once somebody asks. */
export function Protect({ audiences }: ProxyConfigurationProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="protect" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Protect a service</summary>
      {isOpen && <ProxyConfiguration audiences={audiences} />}
    </details>
  );
}

function ProxyConfiguration({ audiences }: ProxyConfigurationProps) {
  const [kind, setKind] = useState<ProxyKind>("nginx");
  const [audience, setAudience] = useState(audiences[0] ?? "");
  const [publisher, setPublisher] = useState(publisherAddress(location));
  const [service, setService] = useState("127.0.0.1:3000");
  const [port, setPort] = useState("8000");
  const [source, setSource] = useState<SourceKind>("bearer");
  const [header, setHeader] = useState("x-api-token");
  const token: TokenSource = source === "header" ? { header } : source;
  const outcome = filledIn(kind, { audience, publisher, service, port: Number(port), token });
  return (
    <div class="proxy">
      <p class="muted">
        The reverse proxy in front of a service asks Publisher about every request, and lets through only
        those that show a token for this service. Paste this into its configuration.
      </p>
      <div class="proxy-fields">
        <Select
          name="Proxy"
          isNamed
          value={kind}
          onChoose={(value) => setKind(PROXY_KINDS.find((known) => known === value) ?? kind)}
        >
          {PROXY_KINDS.map((known) => (
            <option key={known} value={known}>
              {KIND_NAMES[known]}
            </option>
          ))}
        </Select>
        <Select name="Service" isNamed value={audience} onChoose={setAudience}>
          {audiences.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Select>
        <Field name="Publisher, as the proxy reaches it" text={publisher} onChange={setPublisher} />
        <Field name="The service, as the proxy reaches it" text={service} onChange={setService} />
        <Field name="Port that the proxy listens on" text={port} onChange={setPort} />
        <Select
          name="Token from"
          isNamed
          value={source}
          onChoose={(value) => setSource(SOURCE_KINDS.find((known) => known === value) ?? source)}
        >
          {SOURCE_KINDS.map((known) => (
            <option key={known} value={known}>
              {SOURCE_NAMES[known]}
            </option>
          ))}
        </Select>
        {source === "header" && <Field name="Name of the header" text={header} onChange={setHeader} />}
      </div>
      <div aria-live="polite">{outcome.fault !== null && <p class="field-fault">{outcome.fault}</p>}</div>
      {outcome.files.map(({ name, text }) => (
        <div key={name} class="field">
          <div class="field-head">
            <p class="mono">{name}</p>
            <CopyButton text={text} what={name} kind="small" />
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
          <pre class="code file" tabIndex={0}>
            {text}
          </pre>
        </div>
      ))}
    </div>
  );
}

interface FieldProps {
  readonly name: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

function Field({ name, text, onChange }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{name}</label>
      <input
        id={id}
        class="input mono"
        value={text}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={({ currentTarget }: TargetedInputEvent<HTMLInputElement>) =>
          onChange(currentTarget.value.trim())
        }
      />
    </div>
  );
}

/** The files, or why there are none, as a sentence. */
function filledIn(kind: ProxyKind, values: Parameters<typeof proxyConfiguration>[1]) {
  try {
    return { files: proxyConfiguration(kind, values), fault: null };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { files: [], fault: `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.` };
  }
}

/** Where Publisher is likely to be for a proxy: where the browser reaches it, unless that is by a proxy. */
function publisherAddress({ protocol, hostname, port }: Location): string {
  if (protocol === "https:" || port === "") return "127.0.0.1:8080";
  // HAProxy looks names up by DNS alone, which need not know this one.
  return `${hostname === "localhost" ? "127.0.0.1" : hostname}:${port}`;
}
