import { useEffect } from "preact/hooks";
import { Announcer } from "../parts/announcer.tsx";
import { isReachable } from "../state/reachability.ts";
import { route } from "../state/route.ts";
import { session, shownSecrets } from "../state/session.ts";
import { ActivityPage } from "./activity-page.tsx";
import { Masthead } from "./masthead.tsx";
import { Joining, Resuming } from "./resuming.tsx";
import { SecretDialog } from "./secret-dialog.tsx";
import { SignIn } from "./sign-in.tsx";
import { TokenDetails } from "./token-details.tsx";
import { TokensPage } from "./tokens-page.tsx";

export function App() {
  const [shown] = shownSecrets.value;
  return (
    <>
      {!isReachable.value && (
        <p class="outage" role="alert">
          Publisher cannot be reached. Trying again…
        </p>
      )}
      <Place />
      {/* Outside of what needs a session: a secret that is on the screen outlives a token that was revoked. */}
      {shown !== undefined && <SecretDialog key={shown.created.id} {...shown} />}
      <Announcer />
    </>
  );
}

function Place() {
  const current = session.value;
  switch (current.state) {
    case "signed-out":
      return <SignIn notice={current.notice} />;
    case "resuming":
      return <Resuming session={current} />;
    case "joining":
      return <Joining ticket={current.ticket} />;
    case "signed-in":
      return <SignedIn />;
  }
}

function SignedIn() {
  const current = route.value;
  const key = current.place === "token" ? current.id : current.place;
  useEffect(() => scrollTo(0, 0), [key]);
  return (
    <>
      <Masthead />
      <main class="page">
        {current.place === "token" && <TokenDetails key={current.id} id={current.id} />}
        {current.place === "list" && <TokensPage />}
        {current.place === "activity" && <ActivityPage />}
      </main>
    </>
  );
}
