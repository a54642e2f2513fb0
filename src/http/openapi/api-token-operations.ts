import { CREATE, REVOKE, ROTATE, UPDATE } from "./api-token-change-operations.ts";
import { COUNT, CURRENT, GET, LIST, VERIFY } from "./api-token-read-operations.ts";
import type { ApiOperationParts } from "./operation.ts";
import { USAGE_OPERATION } from "./usage-operation.ts";

/** The operations of the resource `api-token`, in the order of the document. */
export const API_TOKEN_OPERATIONS = {
  create: CREATE,
  list: LIST,
  get: GET,
  current: CURRENT,
  update: UPDATE,
  rotate: ROTATE,
  revoke: REVOKE,
  verify: VERIFY,
  summary: COUNT,
  usage: USAGE_OPERATION,
} as const satisfies Readonly<Record<string, ApiOperationParts>>;
