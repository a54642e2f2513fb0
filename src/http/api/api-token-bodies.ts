import type { UnixSeconds } from "../../tokens/time.ts";
import { shaped } from "../body/typed-body.ts";
import {
  bulkVerifyTypeWith,
  changeTypes,
  NoParameters,
  RevokeToken,
  TokenById,
  verifyTypeWith,
} from "./api-token-requests.ts";
import { orNull } from "./nullable.ts";

export const readTokenId = shaped(TokenById);
export const readVerification = shaped(verifyTypeWith(orNull));
export const readBulkVerification = shaped(bulkVerifyTypeWith(orNull));
export const readRevocation = shaped(RevokeToken);
export const readNothing = shaped(NoParameters);

export function creationReader(now: () => UnixSeconds) {
  return shaped(changeTypes(now).create);
}

export function updateReader(now: () => UnixSeconds) {
  return shaped(changeTypes(now).update);
}

export function rotationReader(now: () => UnixSeconds) {
  return shaped(changeTypes(now).rotate);
}
