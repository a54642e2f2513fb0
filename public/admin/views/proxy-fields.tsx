import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { PROXY_KINDS, type ProxyKind } from "../../proxies/configuration.ts";
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

/** What was chosen and typed. */
export interface ProxyDraft {
  readonly kind: ProxyKind;
  readonly audience: string;
  readonly publisher: string;
  readonly service: string;
  readonly port: string;
  readonly source: SourceKind;
  readonly header: string;
}

interface ProxyFieldsProps {
  readonly draft: Signal<ProxyDraft>;
  readonly audiences: readonly string[];
}

/** What a proxy's configuration is filled in with. */
export function ProxyFields({ draft, audiences }: ProxyFieldsProps) {
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
        hint="Publisher’s own address: it is in its log, in the line “listening”. Often it is not the address of this page."
        onChange={(publisher) => change({ publisher })}
      />
      <Field
        name="The service, as the proxy reaches it"
        text={service}
        onChange={(service) => change({ service })}
      />
      <Field name="Port that the proxy listens on" text={port} onChange={(port) => change({ port })} />
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
        <Field name="Name of the header" text={header} onChange={(header) => change({ header })} />
      )}
    </div>
  );
}

interface FieldProps {
  readonly name: string;
  readonly text: string;
  readonly hint?: string;
  readonly onChange: (text: string) => void;
}

function Field({ name, text, hint, onChange }: FieldProps) {
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
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onInput={({ currentTarget }) => onChange(currentTarget.value.trim())}
      />
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
