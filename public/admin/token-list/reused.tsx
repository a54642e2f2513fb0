import { REUSE_DAYS } from "../../../src/tokens/limits.ts";
import { narrowed, WHOLE_TRAIL } from "../activity/audit-view.ts";
import type { Token } from "../api/types.ts";
import { activityAddress, listAddress } from "../app/addresses.ts";
import { now } from "../app/clock.ts";
import { countName, relativeTime } from "../app/format.ts";
import { Notice } from "../ui/notice.tsx";
import { FIRST_VIEW, withReused } from "./list-view.ts";
import { endBeforeReuse } from "./reuse.ts";

/** That a token was tried after its end, if it was. */
export function Reused({ token }: { token: Token }) {
  const { id, reused_at: reusedAt, reused_from: reusedFrom } = token;
  if (reusedAt === null) return null;
  return (
    <Notice tone="caution">
      <p>
        <strong>
          It was tried {relativeTime(reusedAt, now.value)}
          {reusedFrom !== null && `, in a request from ${reusedFrom}`}, after it was {endBeforeReuse(token)}.
        </strong>{" "}
        It opens nothing any more, but somebody still has its secret. If that is no program of yours, look at{" "}
        <a href={activityAddress(narrowed(WHOLE_TRAIL, { token: id, part: "actor" }))}>
          the changes made with this token
        </a>
        .
      </p>
    </Notice>
  );
}

/** That tokens were tried after their end in the last days, if any were. */
export function ReusedLately({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <Notice tone="caution">
      <p>
        <strong>
          {count === 1
            ? `A revoked or replaced token was tried in the last ${REUSE_DAYS} days.`
            : `${countName(count)} revoked or replaced tokens were tried in the last ${REUSE_DAYS} days.`}
        </strong>{" "}
        Somebody still has {count === 1 ? "its secret" : "their secrets"}.{" "}
        <a href={listAddress(withReused(FIRST_VIEW))}>Show which</a>
      </p>
    </Notice>
  );
}
