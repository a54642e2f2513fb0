import type { Access, Status, Token } from "../api/types.ts";

const STATUS_NAMES: Readonly<Record<Status, string>> = {
  active: "Active",
  expired: "Expired",
  revoked: "Revoked",
};

export const ACCESS_NAMES: Readonly<Record<Access, string>> = { read: "Read", write: "Write" };

export function StatusBadge({ status }: { status: Status }) {
  return <span class={`badge status-${status}`}>{STATUS_NAMES[status]}</span>;
}

/** The rights of a token. */
export function RightsBadge({ token }: { token: Pick<Token, "access" | "verifies"> }) {
  if (token.verifies === true) return <span class="tag verifies">Checks tokens</span>;
  return <AccessBadge access={token.access} />;
}

export function AccessBadge({ access }: { access: Access }) {
  return <span class={`tag access-${access}`}>{ACCESS_NAMES[access]}</span>;
}
