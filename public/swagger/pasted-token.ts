import { isRecord } from "./system.ts";

type Authorize = (ways: unknown) => unknown;

/** Removes `Bearer`, quotation marks and spaces from a pasted token, before Swagger UI sends it. */
export const pastedTokens = () => ({
  statePlugins: {
    auth: {
      wrapActions: { authorize: (original: Authorize) => (ways: unknown) => original(withBareTokens(ways)) },
    },
  },
});

/** The values of the Authorize dialog without `Bearer`, by the name of each way to authorize. */
export function withBareTokens(ways: unknown): unknown {
  if (!isRecord(ways)) return ways;
  return Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, withBareToken(way)]));
}

function withBareToken(way: unknown): unknown {
  if (!isRecord(way)) return way;
  const { value } = way;
  if (typeof value === "string") return { ...way, value: bareToken(value) };
  if (!isRecord(value) || typeof value.password !== "string") return way;
  return { ...way, value: { ...value, password: bareToken(value.password) } };
}

/** The token in a text such as `Authorization: Bearer "sk_live_…"`, as it stands in headers, commands and files. */
export function bareToken(text: string): string {
  const bare = text
    .trim()
    .replace(/^["'`]+|["'`,;]+$/g, "")
    .replace(/^(?:Authorization\s*:)?\s*Bearer\s+/i, "")
    .trim();
  return bare === text ? text : bareToken(bare);
}
