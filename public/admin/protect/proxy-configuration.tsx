import { useSignal } from "@preact/signals";
import { type PlacedFile, proxyConfiguration, USUAL_VALUES } from "../../proxies/configuration.ts";
import { proxySteps } from "../../proxies/steps.ts";
import { Command } from "../ui/command.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { type ProxyDraft, proxyFaults, proxyValues } from "./proxy-draft.ts";
import { ProxyFields } from "./proxy-fields.tsx";
import { publisherAddress } from "./publisher-address.ts";

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
      <summary>
        <h2>Protect a service</h2>
      </summary>
      {isOpen.value && <ProxyConfiguration audiences={audiences} />}
    </details>
  );
}

function ProxyConfiguration({ audiences }: ProxyConfigurationProps) {
  const draft = useSignal<ProxyDraft>({
    kind: "nginx",
    audience: audiences[0] ?? "",
    publisher: publisherAddress(location),
    service: USUAL_VALUES.service,
    port: String(USUAL_VALUES.port),
    source: "bearer",
    header: "x-api-token",
  });
  const faults = proxyFaults(draft.value);
  const isFilledIn = Object.values(faults).every((fault) => fault === null);
  return (
    <div class="proxy">
      <p class="muted">
        The reverse proxy in front of a service asks Publisher about every request, and lets through only
        those that show a token for this service.
      </p>
      <ProxyFields draft={draft} audiences={audiences} faults={faults} />
      {isFilledIn && <FilledIn draft={draft.value} />}
    </div>
  );
}

function FilledIn({ draft }: { draft: ProxyDraft }) {
  const { kind } = draft;
  return (
    <>
      {proxyConfiguration(kind, proxyValues(draft)).map((file) => (
        <File key={file.name} {...file} />
      ))}
      <Steps draft={draft} />
    </>
  );
}

function File({ name, path, text }: PlacedFile) {
  return (
    <div class="field">
      <div class="field-head">
        <p>
          Put this into <code>{path}</code>
          {!path.startsWith("/") && ", in the directory in which the proxy runs"}
        </p>
        <CopyButton text={text} what={name} kind="small" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it. */}
      <pre class="code file" tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}

/** The steps that follow once the files are in their places. */
function Steps({ draft }: { draft: ProxyDraft }) {
  const { kind } = draft;
  const { reload, trial, option } = proxySteps(kind, proxyValues(draft));
  return (
    <>
      <Command
        name={kind === "traefik" ? "Restart the proxy" : "Reload the proxy"}
        line={reload}
        what="reload command"
      />
      <div class="field">
        <Command name="Try it" line={trial} what="trial command" />
        <p class="hint">
          <code>SERVICE_TOKEN</code> is the secret of a token for this service. The answer comes from the
          service. Without a token it is 401, and with a token for another service 403.
        </p>
      </div>
      <div class="field">
        <Command name="Add this to the command that starts Publisher:" line={option} what="option" />
        <p class="hint">
          Then Publisher’s log has the addresses of the clients. Without it, it has that of the proxy.
        </p>
      </div>
    </>
  );
}
