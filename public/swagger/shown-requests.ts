import { SECRET_PREFIX } from "../../src/tokens/secret/secret-form.ts";
/** A request as Swagger UI remembers it, to show it. It is not the request that is sent. */
export interface ShownRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Arguments of `curl` before all others. Swagger UI does not quote those that begin with a hyphen. */
  readonly curlOptions?: readonly string[];
}

type SetRequest = (path: string, method: string, request: ShownRequest) => unknown;

/** Makes Swagger UI remember requests without the secrets that they were sent with. */
export const hiddenSecrets = () => ({
  statePlugins: { spec: { wrapActions: { setRequest: hiding, setMutatedRequest: hiding } } },
});

function hiding(original: SetRequest): SetRequest {
  return (path, method, request) => original(path, method, withoutSecrets(request));
}

/** The same request with `$TOKEN` in the place of the credentials, which a shell fills in, and no other secret in it. */
export function withoutSecrets(request: ShownRequest): ShownRequest {
  const headers = Object.entries(request.headers);
  const credentials = headers.filter(([name]) => isCredential(name)).map(([, value]) => value);
  const others = headers.filter(([name]) => !isCredential(name));
  return {
    ...request,
    url: masked(request.url),
    headers: Object.fromEntries(others.map(([name, value]) => [name, masked(value)])),
    ...(typeof request.body === "string" ? { body: masked(request.body) } : {}),
    curlOptions: [...(request.curlOptions ?? []), ...credentials.map(curlOption)],
  };
}

function isCredential(header: string): boolean {
  return header.toLowerCase() === "authorization";
}

/** https://www.rfc-editor.org/rfc/rfc7617#section-2 has the user and the password, which is the token, in base64. */
function curlOption(credentials: string): string {
  const [, basic] = /^Basic (.*)$/i.exec(credentials) ?? [];
  return basic === undefined ? '-H "Authorization: Bearer $TOKEN"' : `-u "${quoted(userIn(basic))}:$TOKEN"`;
}

function userIn(basic: string): string {
  try {
    return masked(atob(basic)).split(":", 1)[0] ?? "";
  } catch {
    return "";
  }
}

/** A text between the double quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll(/[\\"$`]/g, "\\$&");
}

const SECRET = new RegExp(`${SECRET_PREFIX}\\w+`, "gi");

function masked(text: string): string {
  return text.replaceAll(SECRET, `${SECRET_PREFIX}…`);
}
