import { announcement, spoken } from "../state/announcements.ts";
import { CheckIcon } from "./icons.tsx";

/** Where it is said what happened. It is always there, as a screen reader needs it. */
export function Announcer() {
  return (
    <>
      <div class="toasts" role="status">
        {announcement.value !== null && (
          <p class="toast" key={announcement.value.number}>
            <CheckIcon />
            {announcement.value.text}
          </p>
        )}
      </div>
      <div class="unseen" aria-live="polite">
        {spoken}
      </div>
    </>
  );
}
