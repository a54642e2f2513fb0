import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Access, Token } from "../api/types.ts";
import { AccessBadge, StatusBadge } from "../parts/badges.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Expiry } from "../parts/expiry.tsx";
import { BackIcon } from "../parts/icons.tsx";
import { Failure } from "../parts/notice.tsx";
import { Time } from "../parts/time.tsx";
import { nameOf, TokenName } from "../parts/token-name.tsx";
import { asOfNow } from "../state/ended.ts";
import { useFocusAfter } from "../state/focus.ts";
import { useLoaded } from "../state/loading.ts";
import { lastList, listAddress, tokenAddress } from "../state/route.ts";
import { api, mayWrite, self } from "../state/session.ts";
import { RevokeDialog } from "./revoke-dialog.tsx";

/** From how many characters on a description reads as text and not as a title. */
const LONG_NAME = 80;

export function TokenDetails({ id }: { id: string }) {
  const { value: token, error, reload } = useLoaded(id, () => api.get(id));
  useLayoutEffect(() => {
    document.title = `${token === null ? "Token" : nameOf(token)} · Publisher`;
  }, [token]);
  return (
    <>
      <a class="back" href={listAddress(lastList.value)}>
        <BackIcon />
        All tokens
      </a>
      {error !== null && (
        <>
          {token === null && <h1>This token cannot be shown</h1>}
          <Failure error={error} whenUnreachable="The token comes once it answers." onRetry={reload} />
        </>
      )}
      {token !== null && <Details token={asOfNow(token)} />}
      {token === null && error === null && <DetailsSkeleton />}
    </>
  );
}

function Details({ token }: { token: Token }) {
  const [isRevoking, setRevoking] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  // The button that revokes is gone with what it did.
  useFocusAfter(token.status !== "revoked", heading);
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
            <AccessBadge access={token.access} />
            {isSelf && <span class="tag you">You are signed in with this one</span>}
          </p>
        </div>
        {mayWrite.value && token.status !== "revoked" && (
          <button type="button" class="button danger-quiet" onClick={() => setRevoking(true)}>
            Revoke token
          </button>
        )}
      </div>
      <dl class="card facts">
        <Fact name="Token id">
          <code>{token.id}</code> <CopyButton text={token.id} what="token id" isQuiet />
        </Fact>
        <Fact name="Hint">
          <code>{token.hint}</code>
          <span class="hint">How its secret begins and ends. The secret itself is kept nowhere.</span>
        </Fact>
        <Fact name="Access">{ACCESS_SENTENCES[token.access]}</Fact>
        <Fact name="Created">
          <Time time={token.created_at} isFull />
        </Fact>
        <Fact name="Created by">
          {token.created_by === null ? (
            "The command line"
          ) : (
            <a href={tokenAddress(token.created_by)}>
              <code>{token.created_by}</code>
            </a>
          )}
        </Fact>
        <Fact name={token.status === "expired" ? "Expired" : "Expires"}>
          {token.expires_at === null ? "Never" : <Expiry token={token} isFull />}
        </Fact>
        {token.revoked_at !== null && (
          <Fact name="Revoked">
            <Time time={token.revoked_at} isFull />
          </Fact>
        )}
        <Fact name="Last used">
          {token.last_used_at === null ? "No use is on record" : <Time time={token.last_used_at} isFull />}
        </Fact>
      </dl>
      {isRevoking && <RevokeDialog token={token} onClose={() => setRevoking(false)} />}
    </>
  );
}

const ACCESS_SENTENCES: Readonly<Record<Access, string>> = {
  read: "Read: sees everything, changes nothing",
  write: "Write: may also create and revoke tokens",
};

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function DetailsSkeleton() {
  return (
    <div class="card facts" aria-busy="true">
      <p class="unseen">Loading the token</p>
      {["id", "hint", "access", "created", "expires"].map((name) => (
        <div key={name} class="fact">
          <span class="skeleton short" />
          <span class="skeleton long" />
        </div>
      ))}
    </div>
  );
}
