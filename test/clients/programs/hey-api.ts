import { client } from "./generated/client.gen";
import { createApiToken, introspectToken, listApiTokens, verifyApiToken } from "./generated/sdk.gen";

/** Creates, lists, verifies and introspects a token, and returns the fields that the test checks. */
export async function tryClient(baseUrl: string, secret: string) {
  // Asked for each scheme of an operation; the last answer would win.
  client.setConfig({ baseUrl, auth: ({ scheme }) => (scheme === "bearer" ? secret : undefined) });
  const created = await createApiToken({ body: { access: "read", description: "CI", audiences: ["wiki"] } });
  if (created.error) throw new Error(created.error.error.message);
  const { id, token } = created.data;
  const listed = await listApiTokens({
    body: { filters: [{ key: "id", eq: id }], pagination: { limit: 1 } },
  });
  if (listed.error) throw new Error(listed.error.error.message);
  const verified = await verifyApiToken({ body: { token, audience: "wiki" } });
  if (verified.error) throw new Error(verified.error.error.message);
  const refused = await createApiToken({ body: { access: "read", expires_at: "2020-01-01T00:00:00Z" } });
  const introspected = await introspectToken({ body: { token, audience: "wiki" } });
  if (introspected.error) throw new Error(introspected.error.error_description);
  const { data } = introspected;
  return {
    description: listed.data.data[0]?.description,
    valid: verified.data.valid,
    code: refused.error?.error.code,
    isSame: data.active ? data.sub === id : false,
  };
}
