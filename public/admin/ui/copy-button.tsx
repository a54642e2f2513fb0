import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { say } from "./announcements.ts";
import { copyText } from "./clipboard.ts";
import { CheckIcon, CopyIcon } from "./icons.tsx";

const SHOWN_MS = 2500;

interface CopyButtonProps {
  readonly text: string;
  /** The name of the copied text, as in `Copy token id`. */
  readonly what: string;
  /** Whether the words are seen or only said. */
  readonly isQuiet?: boolean;
  readonly kind?: string;
  readonly onCopied?: () => void;
}

/** Copies a text, and announces the outcome. */
export function CopyButton({ text, what, isQuiet = false, kind = "", onCopied }: CopyButtonProps) {
  const outcome = useSignal<"copied" | "failed" | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    const isCopied = await copyText(text);
    outcome.value = isCopied ? "copied" : "failed";
    say(isCopied ? `Copied ${what}` : `Could not copy ${what}`);
    if (isCopied) onCopied?.();
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      outcome.value = null;
    }, SHOWN_MS);
  };
  const words =
    outcome.value === "copied"
      ? "Copied"
      : outcome.value === "failed"
        ? "Select it and copy"
        : `Copy ${what}`;
  return (
    <button
      type="button"
      class={`button copy ${isQuiet ? "quiet square" : ""} ${kind}`}
      onClick={copy}
      title={words}
    >
      {outcome.value === "copied" ? <CheckIcon /> : <CopyIcon />}
      <span class={isQuiet ? "unseen" : undefined}>{words}</span>
    </button>
  );
}
