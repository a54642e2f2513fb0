import { useEffect } from "preact/hooks";
import { ActivityScreen } from "../activity/activity-screen.tsx";
import { isReachable } from "../api/reachability.ts";
import { SecretDialog } from "../dialogs/secret-dialog.tsx";
import { Joining, Resuming } from "../session/resuming.tsx";
import { session, shownSecrets } from "../session/session.ts";
import { SignIn } from "../session/sign-in.tsx";
import { TokenDetails } from "../token-details/token-details.tsx";
import { ListScreen } from "../token-list/list-screen.tsx";
import { Announcer } from "../ui/announcer.tsx";
import { Masthead } from "./masthead.tsx";
import { route } from "./route.ts";

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
      {/* Not within the session: a shown secret must stay on the screen when the token is revoked. */}
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
        {current.place === "list" && <ListScreen />}
        {current.place === "activity" && <ActivityScreen />}
      </main>
    </>
  );
}
