import type { Token } from "../api/types.ts";
import { now } from "../app/clock.ts";
import { dayAfter } from "../app/format.ts";
import { Time } from "../ui/time.tsx";

/** In days of UTC, of which today is the first. */
const SOON_DAYS = 7;

interface ExpiryProps {
  readonly token: Pick<Token, "expires_at" | "status">;
  readonly isFull?: boolean;
}

/** When a token ends; soon stands out. */
export function Expiry({ token, isFull = false }: ExpiryProps) {
  const { expires_at: expiresAt, status } = token;
  if (expiresAt === null) return <span class="muted">Never</span>;
  const today = new Date(now.value).toISOString().slice(0, 10);
  const isSoon = status === "active" && expiresAt < dayAfter(today, SOON_DAYS);
  return (
    <span class={isSoon ? "soon" : undefined}>
      <Time time={expiresAt} isFull={isFull} />
    </span>
  );
}
