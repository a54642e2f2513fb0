import { useSignal } from "@preact/signals";
import { proxyConfiguration } from "../../proxies/configuration.ts";
import type { TokenSource } from "../../proxies/token-source.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { type ProxyDraft, ProxyFields } from "./proxy-fields.tsx";

interface ProxyConfigurationProps {
  readonly audiences: readonly string[];
}

/** How a reverse proxy is set up to let only tokens for a service through to it, once somebody asks. */
export function Protect({ audiences }: ProxyConfigurationProps) {
  const isOpen = useSignal(false);
  return (
    <details
      class="protect"
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>Protect a service</summary>
      {isOpen.value && <ProxyConfiguration audiences={audiences} />}
    </details>
  );
}

function ProxyConfiguration({ audiences }: ProxyConfigurationProps) {
  const draft = useSignal<ProxyDraft>({
    kind: "nginx",
    audience: audiences[0] ?? "",
    publisher: publisherAddress(location),
    service: "127.0.0.1:3000",
    port: "8000",
    source: "bearer",
    header: "x-api-token",
  });
  const outcome = filledIn(draft.value);
  return (
    <div class="proxy">
      <p class="muted">
        The reverse proxy in front of a service asks Publisher about every request, and lets through only
        those that show a token for this service. Paste this into its configuration.
      </p>
      <ProxyFields draft={draft} audiences={audiences} />
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

/** The files, or why there are none, as a sentence. */
function filledIn({ kind, audience, publisher, service, port, source, header }: ProxyDraft) {
  const token: TokenSource = source === "header" ? { header } : source;
  const values = { audience, publisher, service, port: Number(port), token };
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
