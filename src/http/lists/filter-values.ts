import { isIP } from "node:net";
import { isAudience } from "../../tokens/audience.ts";
import { isAuditEventId, isTokenId, isTraceId } from "../../tokens/identifier.ts";
import type { Kind, Value } from "../../tokens/listing/listing.ts";
import { parseTime, TIME_FORM } from "../../tokens/time.ts";
import { descriptionFormFault } from "../../tokens/token.ts";
import { NOT_A_TOKEN_ID, NOT_AN_AUDIENCE, NOT_AN_AUDIT_EVENT_ID, oneOf } from "../body/parameter-messages.ts";

/** How the values of one kind are written in a condition. */
export interface ValueForm {
  /** The value; null where the text is none. */
  readonly read: (text: string) => Value | null;
  /** The message for any other text. */
  readonly expected: string;
}

export function valueForm(kind: Kind): ValueForm {
  return typeof kind === "string"
    ? FORMS[kind]
    : { read: textThat((text) => kind.includes(text)), expected: oneOf(kind) };
}

const FORMS: Readonly<Record<Extract<Kind, string>, ValueForm>> = {
  audience: { read: textThat(isAudience), expected: NOT_AN_AUDIENCE },
  "audit-event-id": { read: textThat(isAuditEventId), expected: NOT_AN_AUDIT_EVENT_ID },
  description: {
    read: textThat((text) => descriptionFormFault(text) === null),
    expected: "must be text that a description can have",
  },
  ip: {
    read: textThat((text) => isIP(text) !== 0),
    expected: "must be an IP address, such as 192.0.2.1 or 2001:db8::1",
  },
  time: { read: parseTime, expected: `must be ${TIME_FORM}` },
  "token-id": { read: textThat(isTokenId), expected: NOT_A_TOKEN_ID },
  "trace-id": { read: textThat(isTraceId), expected: "must be a trace id: 32 of 0-9 and a-f" },
};

function textThat(isRight: (text: string) => boolean): ValueForm["read"] {
  return (text) => (isRight(text) ? text : null);
}
