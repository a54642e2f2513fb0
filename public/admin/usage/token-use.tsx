import type { Token } from "../api/types.ts";
import { Time } from "../ui/time.tsx";
import { UseSection } from "./use-section.tsx";

/** How much a token is used. */
export function TokenUse({ token: { id, last_used_at: lastUsedAt } }: { token: Token }) {
  return (
    <UseSection title="Use" id={id}>
      {lastUsedAt === null ? (
        "It was never let in."
      ) : (
        <>
          Last let in <Time time={lastUsedAt} />.
        </>
      )}
    </UseSection>
  );
}
