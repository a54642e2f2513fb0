import type { ComponentChildren, TargetedEvent } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { CrossIcon } from "./icons.tsx";

interface DialogProps {
  readonly title: ComponentChildren;
  readonly children: ComponentChildren;
  /** Null for a dialog that only its own buttons close. */
  readonly onClose: (() => void) | null;
}

/** A modal dialog, which keeps the focus inside and gives it back. A click beside it does nothing. */
export function Dialog({ title, children, onClose }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const dialog = element.current;
    if (dialog?.open === false) dialog.showModal();
    return () => dialog?.close();
  }, []);
  const closeOnRequest = (event: Event) => {
    event.preventDefault();
    onClose?.();
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
        // A browser may close a dialog on a second Escape whatever the page says.
        if (currentTarget.isConnected && onClose === null) currentTarget.showModal();
      }}
    >
      <header class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        {onClose !== null && (
          <button type="button" class="button quiet square" onClick={onClose} title="Close">
            <CrossIcon />
            <span class="unseen">Close</span>
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
