import { AUDIT_EVENT_PAGE } from "./examples.ts";
import type { ApiOperationParts } from "./operation.ts";
import { PLACEHOLDER_IDS } from "./placeholder-ids.ts";

/** The operations of the resource `audit-event`. */
export const AUDIT_EVENT_OPERATIONS = {
  list: {
    operationId: "listAuditEvents",
    summary: "List changes",
    description:
      "Returns every change that was made to a token, through the API or at the command line, newest first unless sorted " +
      "otherwise, page by page: the `cursor` of one page asks for the next. An event is stored with its change, " +
      "in one transaction, and stays.",
    request: {
      schema: "ListAuditEvents",
      examples: {
        all: { summary: "Every change", value: {} },
        target: {
          summary: "The changes of one token, in order",
          value: { filters: [{ key: "target", eq: PLACEHOLDER_IDS.own }], sorts: [{ key: "id" }] },
        },
        actor: {
          summary: "Revocations at the command line since 2025",
          value: {
            filters: [
              { key: "actor", exists: false },
              { key: "action", eq: "api-token.revoke" },
              { key: "at", gt: "2024-12-31T23:59:59Z" },
            ],
            pagination: { limit: 50 },
          },
        },
      },
    },
    answer: {
      description: "A page of changes.",
      schema: "AuditEventPage",
      examples: { last: { summary: "The only page", value: AUDIT_EVENT_PAGE } },
    },
  },
} as const satisfies Readonly<Record<string, ApiOperationParts>>;
