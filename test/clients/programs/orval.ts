import { createApiToken, introspectToken, listApiTokens, verifyApiToken } from "./generated";

/** Creates, lists, verifies and introspects a token, and returns the fields that the test checks. */
export async function tryClient(baseUrl: string, secret: string) {
  const { fetch } = globalThis;
  // Orval's functions ask for paths: a caller gives its own `fetch` the address.
  globalThis.fetch = Object.assign(
    (path: RequestInfo | URL, init?: RequestInit) => fetch(`${baseUrl}${String(path)}`, init),
    fetch,
  );
  const options = { headers: { authorization: `Bearer ${secret}` } };
  const created = await createApiToken({ access: "read", description: "CI", audiences: ["wiki"] }, options);
  if (created.status !== 200) throw new Error(created.data.error.message);
  const { id, token } = created.data;
  const listed = await listApiTokens({ filters: [{ key: "id", eq: id }], pagination: { limit: 1 } }, options);
  if (listed.status !== 200) throw new Error(listed.data.error.message);
  const verified = await verifyApiToken({ token, audience: "wiki" }, options);
  if (verified.status !== 200) throw new Error(verified.data.error.message);
  const refused = await createApiToken({ access: "read", expires_at: "2020-01-01T00:00:00Z" }, options);
  const introspected = await introspectToken({ token, audience: "wiki" }, options);
  if (introspected.status !== 200) throw new Error(introspected.data.error_description);
  const { data } = introspected;
  return {
    description: listed.data.data[0]?.description,
    valid: verified.data.valid,
    code: refused.status === 200 ? null : refused.data.error.code,
    isSame: data.active ? data.sub === id : false,
  };
}
