import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface DiscardQuestionProps {
  readonly onKeep: () => void;
  readonly onDiscard: () => void;
}

/** Asks before a form with unsaved input closes. Gives the focus back to the form. */
export function DiscardQuestion({ onKeep, onDiscard }: DiscardQuestionProps) {
  const keep = useRef<HTMLButtonElement>(null);
  const wordsId = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    keep.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <div class="discard" role="alertdialog" aria-labelledby={wordsId}>
      <p id={wordsId}>Discard what you entered?</p>
      <div class="discard-actions">
        <button ref={keep} type="button" class="button small" onClick={onKeep}>
          Keep editing
        </button>
        <button type="button" class="button small danger" onClick={onDiscard}>
          Discard
        </button>
      </div>
    </div>
  );
}
