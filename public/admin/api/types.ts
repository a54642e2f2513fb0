export type {
  CreateToken as NewToken,
  RevokeToken as TokenRevocation,
  RotateToken as TokenRotation,
  UpdateToken as TokenUpdate,
} from "../../../src/http/api/api-token-requests.ts";
export type {
  ApiToken as Token,
  ApiTokenPage as TokenPage,
  CreatedApiToken as CreatedToken,
  RevokedApiToken as RevokedToken,
  SuccessorApiToken as SuccessorToken,
} from "../../../src/http/api/responses/api-token.ts";
export type {
  ApiTokenSummary as Summary,
  DayOfExpiries as Expiries,
} from "../../../src/http/api/responses/api-token-summary.ts";
export type { StatusCounts } from "../../../src/http/api/responses/response-values.ts";
export { ACCESSES, type Access, STATUSES, type Status } from "../../../src/tokens/token-values.ts";
