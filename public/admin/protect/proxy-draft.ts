import { hostAndPort, validPort } from "../../proxies/address.ts";
import { type ProxyKind, type ProxyValues, publisherWords } from "../../proxies/configuration.ts";
import { type TokenSource, tokenQuery } from "../../proxies/token-source.ts";

/** Where the token comes; a header of its own is named beside it. */
export type SourceKind = "bearer" | "basic" | "header";

/** The values that a person chose and typed for the configuration of a proxy. */
export interface ProxyDraft {
  readonly kind: ProxyKind;
  readonly audience: string;
  readonly publisher: string;
  readonly service: string;
  readonly port: string;
  readonly source: SourceKind;
  readonly header: string;
}

/** The fault of each typed value, as a sentence; null for none. */
export type ProxyFaults = Readonly<Record<"publisher" | "service" | "port" | "header", string | null>>;

export function proxyFaults({ kind, publisher, service, port, source, header }: ProxyDraft): ProxyFaults {
  return {
    publisher: faultOf(() => publisherWords(kind, publisher)),
    service: faultOf(() => hostAndPort(service)),
    port: faultOf(() => validPort(Number(port))),
    header: source === "header" ? faultOf(() => tokenQuery({ header })) : null,
  };
}

/** The values of a draft that has no fault. */
export function proxyValues({ source, header, port, ...draft }: ProxyDraft): ProxyValues {
  const token: TokenSource = source === "header" ? { header } : source;
  return { ...draft, port: Number(port), token };
}

function faultOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
  }
}
