import type { ComponentChildren } from "preact";
import { visible } from "../../../src/tokens/visible-text.ts";
import { ApiError, isAnswerLost, Unreachable } from "../api/client.ts";
import { CopyButton } from "./copy-button.tsx";
import { WarningIcon } from "./icons.tsx";

export interface ErrorMessageProps {
  readonly error: unknown;
  /** Words in place of the server's. */
  readonly words?: ComponentChildren;
  /** A sentence to add for a server that does not answer. */
  readonly whenUnreachable: string;
  /** A sentence to add for an answer that leaves open whether the change was made. */
  readonly whenOpen?: string;
  readonly onRetry?: () => void;
}

/** An error in the server's words, with the trace id that finds it in the server's log. */
export function ErrorMessage({ error, words, whenUnreachable, whenOpen = "", onRetry }: ErrorMessageProps) {
  const traceId = error instanceof ApiError ? error.traceId : null;
  return (
    <div class="notice danger" role="alert">
      <WarningIcon />
      <div class="notice-text">
        <p>
          {error instanceof Unreachable
            ? `Publisher cannot be reached. ${whenUnreachable}`
            : (words ?? messageOf(error))}
          {isAnswerLost(error) && !(error instanceof Unreachable) && ` ${whenOpen}`}
        </p>
        {traceId !== null && (
          <p class="trace">
            <span class="trace-name">Trace id</span>
            <code>{traceId}</code>
            <CopyButton text={traceId} what="trace id" isQuiet />
          </p>
        )}
        {onRetry !== undefined && mayPass(error) && (
          <button type="button" class="button small" onClick={onRetry}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}

/** Whether a repetition may succeed: not if the request itself was wrong. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500;
}

function messageOf(error: unknown): string {
  const message = visible(error instanceof Error ? error.message : String(error));
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
