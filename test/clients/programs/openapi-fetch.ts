import createClient from "openapi-fetch";
import type { paths } from "./generated";

/** Creates, lists and verifies a token, and returns the fields that the test checks. */
export async function tryClient(baseUrl: string, secret: string) {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${secret}` } });
  const created = await client.POST("/publisher.v1/api-token/create", {
    body: { access: "read", description: "CI", audiences: ["wiki"] },
  });
  if (created.error) throw new Error(created.error.error.message);
  const { id, token } = created.data;
  const listed = await client.POST("/publisher.v1/api-token/list", {
    body: { filters: [{ key: "id", eq: id }], pagination: { limit: 1 } },
  });
  if (listed.error) throw new Error(listed.error.error.message);
  const verified = await client.POST("/publisher.v1/api-token/verify", { body: { token, audience: "wiki" } });
  if (verified.error) throw new Error(verified.error.error.message);
  const refused = await client.POST("/publisher.v1/api-token/create", {
    body: { access: "read", expires_at: "2020-01-01T00:00:00Z" },
  });
  const introspected = await client.POST("/oauth2/introspect", {
    body: { token, audience: "wiki" },
    bodySerializer: () => new URLSearchParams({ token, audience: "wiki" }),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  if (introspected.error) throw new Error(introspected.error.error_description);
  const { data } = introspected;
  return {
    description: listed.data.data[0]?.description,
    valid: verified.data.valid,
    code: refused.error?.error.code,
    isSame: data.active ? data.sub === id : false,
  };
}
