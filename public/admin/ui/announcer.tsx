import { useRef } from "preact/hooks";
import { type Announcement, announcement, lastWords, spoken } from "./announcements.ts";
import { CheckIcon } from "./icons.tsx";

/** Shows announcements. It is always on the page, as screen readers require. */
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
 * The same inside a modal dialog: screen readers ignore everything outside it. It shows only announcements that come
 * while the dialog is open.
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
