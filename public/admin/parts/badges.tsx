import type { Access, Status } from "../api/types.ts";

const STATUS_NAMES: Readonly<Record<Status, string>> = {
  active: "Active",
  expired: "Expired",
  revoked: "Revoked",
};

export const ACCESS_NAMES: Readonly<Record<Access, string>> = { read: "Read", write: "Write" };

export function StatusBadge({ status }: { status: Status }) {
  return <span class={`badge status-${status}`}>{STATUS_NAMES[status]}</span>;
}

export function AccessBadge({ access }: { access: Access }) {
  return <span class={`tag access-${access}`}>{ACCESS_NAMES[access]}</span>;
}
