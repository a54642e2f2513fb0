import { useEffect } from "preact/hooks";
import { useAction } from "../app/loading.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import type { SessionTransfer } from "./session-transfer.ts";
import { join, resume, signOut } from "./signing.ts";

/** Between asking the tab that a link was opened from, and its answer. */
export function Joining({ ticket }: { ticket: string }) {
  useEffect(() => void join(ticket), [ticket]);
  return (
    <main class="gate" aria-busy="true">
      <div class="gate-card">
        <h1 class="unseen">Publisher</h1>
        <p class="waiting">Signing in…</p>
      </div>
    </main>
  );
}

/** Between a reload or another tab's answer, and knowing whether the token still opens anything. */
export function Resuming({ session }: { session: SessionTransfer }) {
  const { run, state } = useAction(resume, { isRepeatable: true });
  const { error } = state.value;
  useEffect(() => run(session), [session]);
  return (
    <main class="gate" aria-busy={error === null}>
      <div class="gate-card">
        <h1 class="unseen">Publisher</h1>
        {error === null ? (
          <p class="waiting">Signing in…</p>
        ) : (
          <>
            <ErrorMessage
              error={error}
              whenUnreachable="You stay signed in. The page continues once it answers."
              onRetry={() => run(session)}
            />
            <button type="button" class="button quiet" onClick={() => signOut()}>
              Sign out
            </button>
          </>
        )}
      </div>
    </main>
  );
}
