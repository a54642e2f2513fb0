import { AUDIT_EVENT_LISTING } from "../../tokens/audit/audit-event-listing.ts";
import {
  AuditActionName,
  AuditEvent,
  AuditEventChanges,
  AuditEventId,
  AuditEventPage,
} from "../api/answer-types.ts";
import { listTypesWithConditions } from "../lists/filter-types.ts";
import type { NamedType, NamedTypes } from "./component-schemas.ts";
import { EXAMPLE } from "./examples.ts";
import { namedConditions } from "./named-conditions.ts";
import { CONDITIONS_LIMITED, SORTED } from "./named-requests.ts";

const { List, Sort, conditions } = listTypesWithConditions(AUDIT_EVENT_LISTING);

/** What the lists of audit events ask and answer. */
export const AUDIT_EVENTS = {
  AuditEventId: {
    type: AuditEventId,
    about: {
      description: "The id of an audit event.",
      pattern: "^aevt_[0-9A-Za-z]{1,64}$",
      examples: [EXAMPLE.auditEventId],
    },
  },
  AuditAction: {
    type: AuditActionName,
    about: { description: "What was done to the token.", examples: ["api-token.revoke"] },
  },
  AuditEvent: {
    type: AuditEvent,
    about: { description: "A change to a token: who did what, when and from where." },
    properties: {
      at: "When it was done.",
      actor: "The id of the token that did it; null for the command line.",
      target: "The id of the token that it was done to.",
      trace_id:
        "The trace id of the request, as in the server's log and its `traceparent`; null for the command line.",
      request_id:
        "Publisher's own id of the request, as in the server's log. Unlike the trace id, no caller can choose it; null for the command line and for events of earlier versions.",
      ip: "The address that the request came from; null for the command line.",
    },
  },
  AuditEventChanges: {
    type: AuditEventChanges,
    about: {
      description: "What is otherwise since, under the names that the token has it under. Never a secret.",
    },
    properties: {
      description: "What the token is for; null for nothing.",
      expires_at: "When the token expires; null for never.",
      replaced_by: "The id of the token that took its place.",
      replaces: "The id of the token whose place it takes, for one that was made by a rotation.",
    },
  },
  AuditEventPage: { type: AuditEventPage, about: { description: "A page of a list of audit events." } },
  ListAuditEvents: {
    type: List,
    about: { description: "Which events, in which order, and which part of them. An empty object is fine." },
    properties: { filters: CONDITIONS_LIMITED, sorts: SORTED },
  },
  AuditEventSort: {
    type: Sort,
    about: { description: "One key to sort by." },
    properties: { direction: "`asc` if left out." },
  },
  ...prefixed(
    "AuditEvent",
    namedConditions(conditions, {
      row: "an audit event",
      values:
        "Its values are compared as the resource has them: ids, names, addresses as text, and times as in RFC 3339.",
      example: { key: "target", eq: EXAMPLE.id },
    }),
  ),
} satisfies NamedTypes;

function prefixed<Prefix extends string, Name extends string>(
  prefix: Prefix,
  types: Readonly<Record<Name, NamedType>>,
): Readonly<Record<`${Prefix}${Name}`, NamedType>>;
function prefixed(prefix: string, types: NamedTypes): NamedTypes {
  return Object.fromEntries(Object.entries(types).map(([name, named]) => [prefix + name, named]));
}
