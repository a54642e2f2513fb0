import { AUDIT_ACTIONS } from "../../../tokens/audit/audit-event.ts";
import { AUDIT_EVENT_ID, isAuditEventId } from "../../../tokens/identifier.ts";
import { type } from "../../body/arktype.ts";
import { NOT_AN_AUDIT_EVENT_ID } from "../../body/parameter-messages.ts";
import { EXAMPLE } from "../../openapi/example-values.ts";
import { described } from "../described.ts";
import type { Immutable } from "../immutable.ts";
import { AccessName, Audiences, Description, fault, TokenId } from "../values.ts";
import { Moment, PagePosition, TraceId } from "./response-values.ts";

export const AuditEventId = described(
  type("string").narrow((text, context) => isAuditEventId(text) || fault(context, NOT_AN_AUDIT_EVENT_ID)),
  {
    description: "The id of an audit event.",
    pattern: AUDIT_EVENT_ID.source,
    examples: [EXAMPLE.auditEventId],
  },
);

export const AuditActionName = described(type.enumerated(...AUDIT_ACTIONS), {
  description: "The kind of the change.",
  examples: ["api-token.revoke"],
});

/** The new values: of a creation all that the caller sent, of any other change only the changed ones. */
export const AuditEventChanges = described(
  type({
    "access?": AccessName,
    "audiences?": Audiences.or("null"),
    "verifies?": "true",
    "description?": described(Description.or("null"), "The purpose of the token; null for none."),
    "expires_at?": described(Moment.or("null"), "When the token expires; null for never."),
    "revoked_at?": Moment,
    "replaced_by?": described(TokenId, "The id of the token that replaced it."),
    "replaces?": described(TokenId, "The id of the token that it replaces, for a token from a rotation."),
  }),
  "The new values, under the names of the token's properties. Never a secret.",
);
export type AuditEventChanges = Immutable<typeof AuditEventChanges.infer>;

export const AuditEvent = described(
  type({
    id: AuditEventId,
    at: described(Moment, "The time of the change."),
    action: AuditActionName,
    actor: described(
      TokenId.or("null"),
      "The id of the token that made the change; null for the command line.",
    ),
    target: described(TokenId, "The id of the token that changed."),
    trace_id: described(
      TraceId.or("null"),
      "The trace id of the request, as in the server's log and its `traceparent`; null for the command line.",
    ),
    request_id: described(
      TraceId.or("null"),
      "Publisher's own id of the request, as in the server's log. Unlike the trace id, no caller can choose it; null for the command line and for events of earlier versions.",
    ),
    ip: described(
      type("string | null"),
      "The address that the request came from; null for the command line.",
    ),
    changes: AuditEventChanges,
  }),
  "A change to a token, with its time, its actor and its origin.",
);
export type AuditEvent = Immutable<typeof AuditEvent.infer>;

/** The response of `audit-event/list`. */
export const AuditEventPage = described(
  type({ data: AuditEvent.array(), page: PagePosition }),
  "A page of a list of audit events.",
);
export type AuditEventPage = Immutable<typeof AuditEventPage.infer>;
