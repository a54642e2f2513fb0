import { useRef } from "preact/hooks";
import { type Announcement, announcement, lastWords, spoken } from "./announcements.ts";
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
      <Spoken words={spoken.value} />
    </>
  );
}

/**
 * The same inside of a modal dialog: a screen reader says nothing of what is outside of it. It begins empty, with
 * what is said while the dialog is open.
 */
export function AnnouncerInDialog() {
  const before = useRef(lastWords.value).current;
  return <Spoken words={lastWords.value === before ? null : lastWords.value} />;
}

function Spoken({ words }: { words: Announcement | null }) {
  return (
    <div class="unseen" aria-live="polite">
      {/* A new element each time, so that the same words are said again. */}
      {words !== null && <p key={words.number}>{words.text}</p>}
    </div>
  );
}
