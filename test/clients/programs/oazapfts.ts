import { createApiToken, defaults, introspectToken, listApiTokens, verifyApiToken } from "./generated";

/** Creates, lists, verifies and introspects a token, and returns the fields that the test checks. */
export async function tryClient(baseUrl: string, secret: string) {
  defaults.baseUrl = baseUrl;
  defaults.headers = { authorization: `Bearer ${secret}` };
  const created = await createApiToken({ access: "read", description: "CI", audiences: ["wiki"] });
  if (created.status !== 200) throw new Error(created.data.error.message);
  const { id, token } = created.data;
  const listed = await listApiTokens({
    filters: [{ key: "id", eq: id }],
    pagination: { limit: 1 },
  });
  if (listed.status !== 200) throw new Error(listed.data.error.message);
  const verified = await verifyApiToken({ token, audience: "wiki" });
  if (verified.status !== 200) throw new Error(verified.data.error.message);
  const refused = await createApiToken({ access: "read", expires_at: "2020-01-01T00:00:00Z" });
  const introspected = await introspectToken({ token, audience: "wiki" });
  if (introspected.status !== 200) throw new Error(introspected.data.error_description);
  const { data } = introspected;
  return {
    description: listed.data.data[0]?.description,
    valid: verified.data.valid,
    code: refused.status === 200 ? null : refused.data.error.code,
    isSame: data.active ? data.sub === id : false,
  };
}
