import { WHOLE_TRAIL } from "../activity/audit-view.ts";
import { self } from "../session/session.ts";
import { signOutEverywhere } from "../session/signing.ts";
import { AccessBadge } from "../token-details/badges.tsx";
import { TokenName } from "../token-details/token-name.tsx";
import { ActivityIcon, BookIcon, KeyIcon, SignOutIcon } from "../ui/icons.tsx";
import { activityAddress, tokenAddress } from "./addresses.ts";
import { route } from "./route.ts";

export function Masthead() {
  const token = self.value;
  return (
    <header class="masthead">
      <div class="masthead-inside">
        <a class="brand" href="#/tokens">
          <span class="mark">
            <KeyIcon />
          </span>
          Publisher
        </a>
        <nav class="masthead-links" aria-label="Elsewhere">
          <a
            href={activityAddress(WHOLE_TRAIL)}
            title="Use of tokens and changes to them"
            aria-current={route.value.place === "activity" ? "page" : undefined}
          >
            <span class="narrow-only">
              <ActivityIcon />
            </span>
            <span class="wide-only">Activity</span>
            <span class="narrow-only unseen">Activity</span>
          </a>
          {/* In a new tab: leaving this one signs out, unless its token is stored. */}
          <a href="swagger" target="_blank" rel="noopener noreferrer" title="API reference, in a new tab">
            <span class="narrow-only">
              <BookIcon />
            </span>
            <span class="wide-only">API reference</span>
            <span class="narrow-only unseen">API reference</span>
          </a>
        </nav>
        {token !== null && (
          <a class="whoami" href={tokenAddress(token.id)} title="The token that you are signed in with">
            <span class="unseen">Signed in with </span>
            <span class="whoami-name">
              <TokenName token={token} />
            </span>
            <AccessBadge access={token.access} />
          </a>
        )}
        <button type="button" class="button quiet" onClick={() => signOutEverywhere()}>
          <SignOutIcon />
          <span class="wide-only">Sign out</span>
          <span class="narrow-only unseen">Sign out</span>
        </button>
      </div>
    </header>
  );
}
