import { useSignal } from "@preact/signals";
import type { ComponentChildren, TargetedEvent } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { AnnouncerInDialog } from "./announcer.tsx";
import { DiscardQuestion } from "./discard-question.tsx";
import { CrossIcon } from "./icons.tsx";

interface DialogProps {
  readonly title: ComponentChildren;
  readonly children: ComponentChildren;
  /** Null for a dialog that only its own buttons close. */
  readonly onClose: (() => void) | null;
  /** Whether the form has unsaved input. Then Escape and the cross ask before they close. */
  readonly isChanged?: () => boolean;
}

/** A modal dialog, which keeps the focus inside and gives it back. A click beside it does nothing. */
export function Dialog({ title, children, onClose, isChanged = () => false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const isAsking = useSignal(false);
  useLayoutEffect(() => {
    const dialog = element.current;
    if (dialog?.open === false) dialog.showModal();
    return () => dialog?.close();
  }, []);
  const close = () => {
    // The second Escape takes the question back. It does not discard.
    if (isAsking.value) isAsking.value = false;
    else if (onClose !== null && isChanged()) isAsking.value = true;
    else onClose?.();
  };
  const closeOnRequest = (event: Event) => {
    event.preventDefault();
    close();
  };
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={titleId}
      closedby={onClose === null ? "none" : "closerequest"}
      onCancel={closeOnRequest}
      onKeyDown={(event) => event.key === "Escape" && closeOnRequest(event)}
      onClose={({ currentTarget }: TargetedEvent<HTMLDialogElement>) => {
        // A browser may close a dialog on a second Escape against the will of the page.
        if (currentTarget.isConnected && (onClose === null || isChanged())) currentTarget.showModal();
      }}
    >
      <header class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        {onClose !== null && (
          <button type="button" class="button quiet square" onClick={close} title="Close">
            <CrossIcon />
            <span class="unseen">Close</span>
          </button>
        )}
      </header>
      {isAsking.value && onClose !== null && (
        <DiscardQuestion
          onKeep={() => {
            isAsking.value = false;
          }}
          onDiscard={onClose}
        />
      )}
      {children}
      <AnnouncerInDialog />
    </dialog>
  );
}
