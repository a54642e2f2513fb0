import { useLayoutEffect, useRef } from "preact/hooks";
import { api } from "../api/token-calls.ts";
import type { Token } from "../api/types.ts";
import { listAddress, tokenAddress } from "../app/addresses.ts";
import { useLoaded } from "../app/loading.ts";
import { listView } from "../app/route.ts";
import { replacedSentence } from "../dialogs/rotation.ts";
import { UseOfServiceToken } from "../protect/use-of-service-token.tsx";
import { mayWrite, self, shownSecrets } from "../session/session.ts";
import { Reused } from "../token-list/reused.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { useFocusAfter, useFocusAtFirst, useFocusOnceLoaded } from "../ui/focus.ts";
import { BackIcon } from "../ui/icons.tsx";
import { Notice } from "../ui/notice.tsx";
import { Time } from "../ui/time.tsx";
import { UseSection } from "../usage/usage-section.tsx";
import { RightsBadge, StatusBadge } from "./badges.tsx";
import { asOfNow } from "./ended.ts";
import { LeftDescendants } from "./left-descendants.tsx";
import { TokenActions } from "./token-actions.tsx";
import { TokenFacts } from "./token-facts.tsx";
import { TokenHistory } from "./token-history.tsx";
import { nameOf, TokenName } from "./token-name.tsx";

/** From how many characters on a description reads as text and not as a title. */
const LONG_NAME = 80;

export function TokenDetails({ id }: { id: string }) {
  const { value: token, error, reload } = useLoaded(id, () => api.get(id));
  const focusedBefore = useRef(document.activeElement).current;
  useLayoutEffect(() => {
    document.title = `${token === null ? "Token" : nameOf(token)} · Publisher`;
  }, [token]);
  return (
    <>
      <a class="back" href={listAddress(listView.value)}>
        <BackIcon />
        All tokens
      </a>
      {error !== null && (
        <>
          {token === null && <NotShown />}
          <ErrorMessage error={error} whenUnreachable="The token loads once it answers." onRetry={reload} />
        </>
      )}
      {token !== null && <Details token={asOfNow(token)} focusedBefore={focusedBefore} />}
      {token === null && error === null && <DetailsSkeleton />}
    </>
  );
}

function NotShown() {
  const heading = useRef<HTMLHeadingElement>(null);
  useFocusAtFirst(heading);
  return (
    <h1 ref={heading} tabIndex={-1}>
      This token cannot be shown
    </h1>
  );
}

interface DetailsProps {
  readonly token: Token;
  /** The focused element when the token was opened. */
  readonly focusedBefore: Element | null;
}

function Details({ token, focusedBefore }: DetailsProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useFocusOnceLoaded(heading, focusedBefore);
  // The change has removed the pressed button.
  useFocusAfter(token.status !== "revoked", heading);
  useFocusAfter(shownSecrets.value.length > 0, heading);
  const isSelf = token.id === self.value?.id;
  return (
    <>
      <div class="page-head">
        <div class="details-name">
          <h1 ref={heading} tabIndex={-1} class={nameOf(token).length > LONG_NAME ? "long" : undefined}>
            <TokenName token={token} />
          </h1>
          <p class="details-marks">
            <StatusBadge status={token.status} />
            <RightsBadge token={token} />
            {isSelf && <span class="tag you">You are signed in with this one</span>}
          </p>
        </div>
        {mayWrite.value && <TokenActions token={token} />}
      </div>
      {token.replaced_by !== null && <Replaced token={token} successor={token.replaced_by} />}
      {token.status === "revoked" && mayWrite.value && <LeftDescendants token={token} heading={heading} />}
      <Reused token={token} />
      <TokenFacts token={token} />
      {token.audiences !== null && (
        <div class="card card-body">
          <UseOfServiceToken audiences={token.audiences} verifies={token.verifies === true} />
        </div>
      )}
      <TokenUse token={token} />
      <TokenHistory id={token.id} />
    </>
  );
}

function Replaced({ token, successor }: { token: Token; successor: string }) {
  return (
    <Notice tone={token.status === "active" ? "caution" : "neutral"}>
      <p>
        <strong>
          Replaced by <a href={tokenAddress(successor)}>another token</a>.
        </strong>{" "}
        {replacedSentence(token)}
      </p>
    </Notice>
  );
}

function DetailsSkeleton() {
  return (
    <div class="card facts" aria-busy="true">
      <p class="unseen">Loading the token</p>
      {["id", "hint", "for", "access", "created", "expires"].map((name) => (
        <div key={name} class="fact">
          <span class="skeleton short" />
          <span class="skeleton long" />
        </div>
      ))}
    </div>
  );
}

/** How much a token is used. */
function TokenUse({ token: { id, last_used_at: lastUsedAt } }: { token: Token }) {
  return (
    <UseSection title="Use" id={id}>
      {lastUsedAt === null ? (
        "It was never accepted."
      ) : (
        <>
          Last accepted <Time time={lastUsedAt} />.
        </>
      )}
    </UseSection>
  );
}
