import type { Uses } from "../api/record-types.ts";
import type { Token } from "../api/types.ts";
import { tokenAddress } from "../app/addresses.ts";
import { now } from "../app/clock.ts";
import { relativeTime } from "../app/format.ts";
import { isRotatable } from "../dialogs/rotation.ts";
import { mayWrite, self } from "../session/session.ts";
import { AudienceTags } from "../token-details/audiences.tsx";
import { RightsBadge, StatusBadge } from "../token-details/badges.tsx";
import { asOfNow } from "../token-details/ended.ts";
import { Expiry } from "../token-details/expiry.tsx";
import { nameOf, TokenName } from "../token-details/token-name.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { SortableHeading } from "../ui/sortable-heading.tsx";
import { Time } from "../ui/time.tsx";
import { Sparkline } from "../usage/sparkline.tsx";
import type { ListView } from "./list-view.ts";
import { isUsedLately, useTableUses } from "./sparkline-uses.ts";

const SKELETON_ROWS = Array.from({ length: 6 }, (_, index) => index);

interface TokenTableProps {
  readonly view: ListView;
  /** Null while the first are loaded. */
  readonly tokens: readonly Token[] | null;
  readonly isLoading: boolean;
  readonly onRotate: (token: Token) => void;
  readonly onRevoke: (token: Token) => void;
}

export function TokenTable({ view, tokens, isLoading, ...actions }: TokenTableProps) {
  const isRevoked = view.status === "revoked";
  const uses = useTableUses(tokens);
  return (
    <div class="table-space">
      <table class="tokens" aria-busy={isLoading}>
        <caption class="unseen">API tokens</caption>
        <thead>
          <tr>
            <SortableHeading sortKey="description" name="Token" />
            <SortableHeading sortKey="access" name="Access" />
            <th scope="col" class="wide-cell">
              Status
            </th>
            <SortableHeading sortKey="created_at" name="Created" />
            {isRevoked ? (
              <SortableHeading sortKey="revoked_at" name="Revoked" />
            ) : (
              <SortableHeading sortKey="expires_at" name="Expires" />
            )}
            <SortableHeading sortKey="last_used_at" name="Last used" />
            <th scope="col" class="row-action">
              <span class="unseen">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens === null
            ? SKELETON_ROWS.map((index) => <SkeletonRow key={index} />)
            : tokens.map((token) => (
                <Row
                  key={token.id}
                  token={asOfNow(token)}
                  days={uses.value?.get(token.id)}
                  isRevoked={isRevoked}
                  {...actions}
                />
              ))}
        </tbody>
      </table>
      {uses.error !== null && (
        <div class="card-body">
          <ErrorMessage
            error={uses.error}
            whenUnreachable="The uses load once it answers."
            onRetry={uses.reload}
          />
        </div>
      )}
    </div>
  );
}

interface RowProps {
  readonly token: Token;
  /** Its uses, a bucket a day; nothing while they are not known. */
  readonly days: readonly Uses[] | undefined;
  /** Whether the list has revoked tokens, with the time of the revocation in place of the expiry. */
  readonly isRevoked: boolean;
  readonly onRotate: (token: Token) => void;
  readonly onRevoke: (token: Token) => void;
}

function Row({ token, days, isRevoked, onRotate, onRevoke }: RowProps) {
  return (
    <tr>
      <th scope="row" class="token-cell">
        <a class="token-link" href={tokenAddress(token.id)}>
          <TokenName token={token} />
        </a>
        {token.id === self.value?.id && <span class="tag you">You</span>}
        <span class="token-line">
          <span class="hint mono">{token.hint}</span>
          {token.audiences !== null && <AudienceTags audiences={token.audiences} />}
          {token.replaced_by !== null && (
            <span class="hint">
              Replaced by{" "}
              <a href={tokenAddress(token.replaced_by)}>
                another<span class="unseen">, {token.replaced_by}</span>
              </a>
            </span>
          )}
          {token.reused_at !== null && (
            <span class="tag reused">Tried {relativeTime(token.reused_at, now.value)}</span>
          )}
        </span>
        <span class="digest">
          <RightsBadge token={token} />
          {token.status !== "active" && <StatusBadge status={token.status} />}
          <Ending token={token} />
          {isUsedLately(token) && <Sparkline days={days} />}
        </span>
      </th>
      <td class="wide-cell">
        <RightsBadge token={token} />
      </td>
      <td class="wide-cell">
        <StatusBadge status={token.status} />
      </td>
      <td class="wide-cell">
        <Time time={token.created_at} />
      </td>
      <td class="wide-cell ending">
        {isRevoked ? token.revoked_at && <Time time={token.revoked_at} /> : <Expiry token={token} />}
      </td>
      <td class="wide-cell">
        {token.last_used_at === null ? <NoUse /> : <Time time={token.last_used_at} />}
        <Sparkline days={days} />
      </td>
      <td class="row-action">
        {mayWrite.value && (
          <div class="row-actions">
            {isRotatable(token) && (
              <button type="button" class="button small" onClick={() => onRotate(token)}>
                Rotate<span class="unseen"> {nameOf(token)}</span>
              </button>
            )}
            {token.status !== "revoked" && (
              <button type="button" class="button small danger-quiet" onClick={() => onRevoke(token)}>
                Revoke<span class="unseen"> {nameOf(token)}</span>
              </button>
            )}
          </div>
        )}
      </td>
    </tr>
  );
}

/** When a token ends or ended, in words that say which. */
function Ending({ token }: { token: Token }) {
  const { status, expires_at: expiresAt, revoked_at: revokedAt } = token;
  if (revokedAt !== null) {
    return (
      <span>
        Revoked <Time time={revokedAt} />
      </span>
    );
  }
  if (expiresAt === null) return <span>Never expires</span>;
  return (
    <span>
      {status === "expired" ? "Expired" : "Expires"} <Expiry token={token} />
    </span>
  );
}

function SkeletonRow() {
  return (
    <tr class="skeleton-row">
      <th scope="row" class="token-cell">
        <span class="unseen">Loading</span>
        <span class="skeleton long" />
        <span class="skeleton short" />
      </th>
      {["access", "status", "created", "expires", "used"].map((name) => (
        <td key={name} class="wide-cell">
          <span class="skeleton" />
        </td>
      ))}
      <td class="row-action" />
    </tr>
  );
}

function NoUse() {
  return <span class="muted">Never</span>;
}
