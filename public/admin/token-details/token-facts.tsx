import type { ComponentChildren } from "preact";
import { tokensOf } from "../api/record-calls.ts";
import type { Token } from "../api/types.ts";
import { useLoaded } from "../app/loading.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Time } from "../ui/time.tsx";
import { ACCESS_SENTENCES } from "../ui/words.ts";
import { AudienceLinks } from "./audiences.tsx";
import { ACCESS_NAMES } from "./badges.tsx";
import { Expiry } from "./expiry.tsx";
import { TokenLink } from "./token-link.tsx";
import { ownName } from "./token-name.tsx";

/** Everything that is on record of a token. */
export function TokenFacts({ token }: { token: Token }) {
  const { audiences, created_by: creator, replaced_by: successor } = token;
  const ids = [creator, successor].filter((id) => id !== null);
  const tokens = useLoaded(ids.join(), () => tokensOf(ids)).value ?? new Map<string, Token>();
  return (
    <dl class="card facts">
      <Fact name="Token id">
        <code>{token.id}</code> <CopyButton text={token.id} what="token id" isQuiet />
      </Fact>
      <Fact name="Hint">
        <code>{token.hint}</code>
        <span class="hint">The start and the end of its secret. Publisher does not store the secret.</span>
      </Fact>
      <Fact name={token.verifies === true ? "Checks tokens for" : "For"}>
        {audiences === null ? "Publisher itself" : <AudienceLinks audiences={audiences} />}
      </Fact>
      <Fact name="Access">
        {ACCESS_NAMES[token.access]}
        <span class="hint">
          {token.verifies === true
            ? "It opens nothing. It may check tokens for these services, and revoke itself."
            : ACCESS_SENTENCES[audiences === null ? "publisher" : "services"][token.access]}
        </span>
      </Fact>
      <Fact name="Created">
        <Time time={token.created_at} isFull />
      </Fact>
      <Fact name="Created by">
        {creator === null ? "The command line" : <NamedLink id={creator} tokens={tokens} />}
      </Fact>
      <Fact name={token.status === "expired" ? "Expired" : "Expires"}>
        {token.expires_at === null ? "Never" : <Expiry token={token} isFull />}
      </Fact>
      {successor !== null && (
        <Fact name="Replaced by">
          <NamedLink id={successor} tokens={tokens} />
        </Fact>
      )}
      {token.revoked_at !== null && (
        <Fact name="Revoked">
          <Time time={token.revoked_at} isFull />
        </Fact>
      )}
      {token.reused_at !== null && (
        <Fact name="Tried after its end">
          <Time time={token.reused_at} isFull />
        </Fact>
      )}
      <Fact name="Last used">
        {token.last_used_at === null ? "Never" : <Time time={token.last_used_at} isFull />}
      </Fact>
    </dl>
  );
}

interface NamedLinkProps {
  readonly id: string;
  readonly tokens: ReadonlyMap<string, Token>;
}

/** Leads to a token by its name, and shows its id too: names may be alike. */
function NamedLink({ id, tokens }: NamedLinkProps) {
  const token = tokens.get(id);
  return (
    <>
      <TokenLink id={id} token={token} />
      {token !== undefined && ownName(token) !== null && <span class="hint mono">{id}</span>}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
