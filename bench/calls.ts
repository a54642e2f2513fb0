/** Calls an endpoint of a server at an address. Returns the object that it answers. Throws an Error for a failure. */
export async function post(url: string, path: string, secret: string, body: object): Promise<object> {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const json: unknown = await answer.json();
  if (answer.ok && typeof json === "object" && json !== null) return json;
  throw new Error(`${path} answered ${answer.status}`);
}

/** Creates a token with these properties. Returns its secret. */
export async function createdSecret(url: string, creator: string, properties: object): Promise<string> {
  const created = await post(url, "/publisher.v1/api-token/create", creator, properties);
  if ("token" in created) return String(created.token);
  throw new Error("the token was not created");
}
