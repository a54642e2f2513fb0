import type { NewToken, Token } from "../api/types.ts";
import { Failure, Notice } from "../parts/notice.tsx";
import { TokenLink } from "../parts/token-link.tsx";
import { api } from "../state/api.ts";
import { moment } from "../state/list-view.ts";
import { useLoaded } from "../state/loading.ts";
import { self } from "../state/session.ts";

/** A token that was asked for. */
export interface Attempt {
  readonly token: NewToken;
  /** When, in Unix milliseconds by the server's clock as far as it is known. */
  readonly sinceMs: number;
}

/** How far what is known of the server's clock may be off, in milliseconds. */
const TOLERANCE_MS = 10_000;

/** Says whether a token was created although the answer got lost. */
export function LostCreation({ attempt }: { attempt: Attempt }) {
  const { value, error, isLoading, reload } = useLoaded(String(attempt.sinceMs), () => search(attempt));
  if (error !== null)
    return <Failure error={error} whenUnreachable="It is asked again once it answers." onRetry={reload} />;
  if (value === null || isLoading) return <p class="muted">Checking whether the token was created…</p>;
  const [created] = value;
  return (
    <div role="status">
      {created === undefined ? (
        <Notice tone="neutral">
          <p>The token was not created. You can create it again.</p>
        </Notice>
      ) : (
        <Notice tone="caution">
          <p>
            <strong>The token was created</strong>, but its secret got lost:{" "}
            <TokenLink id={created.id} token={created} />. Rotate it to get another secret, or revoke it. Do
            not create it again.
          </p>
        </Notice>
      )}
    </div>
  );
}

/** The tokens that were created since then as it was asked for. */
async function search({ token, sinceMs }: Attempt): Promise<readonly Token[]> {
  const { data } = await api.list({
    pagination: { limit: 100 },
    filters: [
      { key: "created_by", eq: self.value?.id },
      { key: "created_at", gt: moment(sinceMs - TOLERANCE_MS) },
    ],
  });
  return data.filter(
    ({ access, description }) => access === token.access && description === token.description,
  );
}
