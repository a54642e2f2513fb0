import type { ComponentChildren } from "preact";
import { visible } from "../../../src/tokens/visible-text.ts";
import { ApiError, isAnswerLost, Unreachable } from "../api/client.ts";
import { CopyButton } from "./copy-button.tsx";
import { InfoIcon, WarningIcon } from "./icons.tsx";

interface NoticeProps {
  readonly tone: "neutral" | "caution" | "danger";
  readonly children: ComponentChildren;
}

/** Something to know before going on. */
export function Notice({ tone, children }: NoticeProps) {
  return (
    <div class={`notice ${tone}`}>
      {tone === "neutral" ? <InfoIcon /> : <WarningIcon />}
      <div class="notice-text">{children}</div>
    </div>
  );
}

export interface FailureProps {
  readonly error: unknown;
  /** In the place of the server's words. */
  readonly words?: ComponentChildren;
  /** What is told of a server that does not answer, besides that. */
  readonly whenUnreachable: string;
  /** A sentence to add for an answer that leaves open whether the change was made. */
  readonly whenOpen?: string;
  readonly onRetry?: () => void;
}

/** What went wrong, in the server's words, with what finds it in the server's log. */
export function Failure({ error, words, whenUnreachable, whenOpen = "", onRetry }: FailureProps) {
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

/** Whether the same may go well another time: not where it was the request that was wrong. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500;
}

function messageOf(error: unknown): string {
  const message = visible(error instanceof Error ? error.message : String(error));
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
