import { USAGE_IDS_LIMIT } from "../../../src/tokens/usage/usage-period.ts";
import { filled } from "../usage/uses.ts";
import { authenticated } from "./authenticated-calls.ts";
import { chunks } from "./chunks.ts";
import type { AuditPage, Usage, Uses } from "./record-types.ts";
import { api } from "./token-calls.ts";
import type { Token } from "./types.ts";

/** The calls for uses and for the audit trail. Each throws as `post` does. */
export const records = {
  usage: (body: object) => authenticated<Usage>("api-token/usage", body),
  audit: (body: object) => authenticated<AuditPage>("audit-event/list", body),
};

/** The uses of each token in each bucket that `range` asks for, also those without any. */
export async function usesOfEach(
  ids: readonly string[],
  range: object,
): Promise<ReadonlyMap<string, readonly Uses[]>> {
  const answers = await Promise.all(
    chunks(ids, USAGE_IDS_LIMIT).map((portion) => records.usage({ ...range, ids: portion })),
  );
  return new Map(
    answers.flatMap((usage) => (usage.tokens ?? []).map(({ id, buckets }) => [id, filled(usage, buckets)])),
  );
}

/** The tokens that ids are those of, which may be revoked by now. */
export async function tokensOf(ids: readonly string[]): Promise<ReadonlyMap<string, Token>> {
  if (ids.length === 0) return new Map();
  const { data } = await api.list({
    pagination: { limit: ids.length },
    filters: [{ key: "id", in: ids }],
  });
  return new Map(data.map((token) => [token.id, token]));
}
