import type { Token } from "../api/types.ts";
import { DAY_MS } from "../format.ts";
import { now } from "../state/clock.ts";
import { Time } from "./time.tsx";

const SOON_MS = 7 * DAY_MS;

interface ExpiryProps {
  readonly token: Pick<Token, "expires_at" | "status">;
  readonly isFull?: boolean;
}

/** When a token ends; soon stands out. */
export function Expiry({ token, isFull = false }: ExpiryProps) {
  const { expires_at: expiresAt, status } = token;
  if (expiresAt === null) return <span class="muted">Never</span>;
  const isSoon = status === "active" && Date.parse(expiresAt) - now.value <= SOON_MS;
  return (
    <span class={isSoon ? "soon" : undefined}>
      <Time time={expiresAt} isFull={isFull} />
    </span>
  );
}
