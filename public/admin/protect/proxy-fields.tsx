import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { PROXY_KINDS, type ProxyKind } from "../../proxies/configuration.ts";
import { Select } from "../fields/select.tsx";
import type { ProxyDraft, ProxyFaults, SourceKind } from "./proxy-draft.ts";

const KIND_NAMES: Readonly<Record<ProxyKind, string>> = {
  nginx: "nginx",
  caddy: "Caddy",
  traefik: "Traefik",
  envoy: "Envoy",
  haproxy: "HAProxy",
};

const SOURCE_NAMES: Readonly<Record<SourceKind, string>> = {
  bearer: "Authorization: Bearer",
  basic: "Basic’s password too",
  header: "A header of its own",
};

const SOURCE_KINDS = ["bearer", "basic", "header"] as const satisfies readonly SourceKind[];

interface ProxyFieldsProps {
  readonly draft: Signal<ProxyDraft>;
  readonly audiences: readonly string[];
  readonly faults: ProxyFaults;
}

/** The form with the values of a proxy's configuration. */
export function ProxyFields({ draft, audiences, faults }: ProxyFieldsProps) {
  const { kind, audience, publisher, service, port, source, header } = draft.value;
  const change = (change: Partial<ProxyDraft>) => {
    draft.value = { ...draft.value, ...change };
  };
  const chooseKind = (kind: ProxyKind | undefined) => kind !== undefined && change({ kind });
  const chooseSource = (source: SourceKind | undefined) => source !== undefined && change({ source });
  return (
    <div class="proxy-fields">
      <Select
        name="Proxy"
        isNamed
        value={kind}
        onChoose={(value) => chooseKind(PROXY_KINDS.find((known) => known === value))}
      >
        {PROXY_KINDS.map((known) => (
          <option key={known} value={known}>
            {KIND_NAMES[known]}
          </option>
        ))}
      </Select>
      <Select name="Service" isNamed value={audience} onChoose={(audience) => change({ audience })}>
        {audiences.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Select>
      <Field
        name="Publisher, as the proxy reaches it"
        text={publisher}
        fault={faults.publisher}
        hint="Publisher’s own address: it is in its log, in the line “listening”. Often it is not the address of this page."
        onChange={(publisher) => change({ publisher })}
      />
      <Field
        name="The service, as the proxy reaches it"
        text={service}
        fault={faults.service}
        onChange={(service) => change({ service })}
      />
      <Field
        name="Port that the proxy listens on"
        text={port}
        fault={faults.port}
        onChange={(port) => change({ port })}
      />
      <Select
        name="Token from"
        isNamed
        value={source}
        onChoose={(value) => chooseSource(SOURCE_KINDS.find((known) => known === value))}
      >
        {SOURCE_KINDS.map((known) => (
          <option key={known} value={known}>
            {SOURCE_NAMES[known]}
          </option>
        ))}
      </Select>
      {source === "header" && (
        <Field
          name="Name of the header"
          text={header}
          fault={faults.header}
          onChange={(header) => change({ header })}
        />
      )}
    </div>
  );
}

interface FieldProps {
  readonly name: string;
  readonly text: string;
  readonly hint?: string;
  /** A sentence. */
  readonly fault: string | null;
  readonly onChange: (text: string) => void;
}

function Field({ name, text, hint, fault, onChange }: FieldProps) {
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
        aria-invalid={fault !== null}
        aria-describedby={fault !== null ? `${id}-fault` : hint && `${id}-hint`}
        onInput={({ currentTarget }) => onChange(currentTarget.value.trim())}
      />
      {fault !== null && (
        <p class="field-fault" id={`${id}-fault`} role="alert">
          {fault}
        </p>
      )}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
