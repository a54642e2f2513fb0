import { useEffect } from "preact/hooks";
import { Failure } from "../parts/notice.tsx";
import { useAction } from "../state/loading.ts";
import { resume, signOut } from "../state/session.ts";

/** Between a reload and knowing whether the token that was kept for this tab still opens anything. */
export function Resuming({ secret }: { secret: string }) {
  const { run, state } = useAction(resume, { isRepeatable: true });
  const { error } = state.value;
  useEffect(() => run(secret), [secret]);
  return (
    <main class="gate" aria-busy={error === null}>
      <div class="gate-card">
        <h1 class="unseen">Publisher</h1>
        {error === null ? (
          <p class="waiting">Signing in…</p>
        ) : (
          <>
            <Failure
              error={error}
              whenUnreachable="You stay signed in, and this goes on by itself once it answers."
              onRetry={() => run(secret)}
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
