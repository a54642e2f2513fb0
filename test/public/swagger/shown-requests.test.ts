import { expect, test } from "bun:test";
import { withoutSecrets } from "../../../public/swagger/shown-requests.ts";

const SECRET = `sk_live_${"a1B2".repeat(12)}C`;

function basic(user: string, password: string): string {
  return `Basic ${btoa(`${user}:${password}`)}`;
}

test.each([
  [`Bearer ${SECRET}`, '-H "Authorization: Bearer $TOKEN"'],
  ["bearer something else", '-H "Authorization: Bearer $TOKEN"'],
  [basic("wiki", SECRET), '-u "wiki:$TOKEN"'],
  [basic("", SECRET), '-u ":$TOKEN"'],
  [basic('a"b$(id)`\\', SECRET), '-u "a\\"b\\$(id)\\`\\\\:$TOKEN"'],
  [basic(SECRET, ""), '-u "sk_live_…:$TOKEN"'],
  ["Basic !", '-u ":$TOKEN"'],
])("the credentials %p are shown as %p", (authorization, option) => {
  for (const name of ["Authorization", "authorization", "AUTHORIZATION"]) {
    const request = { url: "/", headers: { [name]: authorization, accept: "*/*" } };
    const shown = withoutSecrets(request);
    expect(shown).toEqual({ url: "/", headers: { accept: "*/*" }, curlOptions: [option] });
    expect(JSON.stringify(shown)).not.toContain(SECRET);
    expect(request.headers[name]).toBe(authorization);
  }
});

test("a request without credentials gets none, and keeps what else it has", () => {
  const request = { url: "/healthz", headers: {}, method: "GET", body: null, curlOptions: ["--http2"] };
  expect(withoutSecrets(request)).toEqual(request);
});

test("no secret is left anywhere", () => {
  const shown = withoutSecrets({
    url: `https://publisher.example/?token=${SECRET}`,
    headers: { "x-token": SECRET },
    body: `token=${SECRET}&audience=wiki`,
  });
  expect(JSON.stringify(shown)).not.toContain("a1B2");
  expect(shown.body).toBe("token=sk_live_…&audience=wiki");
});
