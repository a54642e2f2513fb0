import type { Sent, TestApi } from "./api.ts";
import { BARE_CHALLENGE } from "./credentials.ts";

export interface EndpointUnderTest {
  /** Below `/publisher.v1/`, as `api-token/list`. */
  readonly path: string;
  readonly access: "read" | "write";
  /** A body that passes every check before that of state. */
  readonly body: object;
}

/** Every endpoint, with the access that a call needs. */
export const ENDPOINTS: readonly EndpointUnderTest[] = [
  { path: "api-token/create", access: "write", body: { access: "read" } },
  { path: "api-token/list", access: "read", body: {} },
  { path: "api-token/update", access: "write", body: { id: "atok_0" } },
  { path: "api-token/rotate", access: "write", body: { id: "atok_0" } },
  { path: "api-token/verify", access: "read", body: { token: "sk_live_" } },
  { path: "api-token/bulk-verify", access: "read", body: { tokens: ["sk_live_"] } },
  { path: "api-token/revoke", access: "write", body: { id: "atok_0" } },
  { path: "api-token/get", access: "read", body: { id: "atok_0" } },
  { path: "api-token/current", access: "read", body: {} },
  { path: "api-token/summary", access: "read", body: {} },
  { path: "api-token/usage", access: "read", body: { bucket: "hour" } },
  { path: "audit-event/list", access: "read", body: {} },
];

/** The challenge to a read token where a call needs a write token. */
export const INSUFFICIENT = `${BARE_CHALLENGE}, error="insufficient_scope", scope="write"`;

/** The challenge to a token for another service. */
export const WRONG_AUDIENCE = `${BARE_CHALLENGE}, error="insufficient_scope", error_description="The token is for other services"`;

/** Sends a body that notices when the server begins to read it. */
export async function sendWatched(
  api: TestApi,
  path: string,
  { method = "POST", token = api.write, headers = {} }: Sent,
): Promise<{ readonly status: number; readonly isRead: boolean }> {
  let isRead = false;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    isRead = true;
    controller.enqueue(Buffer.from('{"access":"read"}'));
    controller.close();
  };
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const request = new Request(`http://localhost${path}`, {
    method,
    headers: { "content-type": "application/json", ...authorization, ...headers },
    body: new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 }),
  });
  const { status } = await api.app.handle(request);
  return { status, isRead };
}
