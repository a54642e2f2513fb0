import { tokensOf } from "../api/record-calls.ts";
import type { AuditEvent } from "../api/record-types.ts";
import type { Token } from "../api/types.ts";
import { useLoaded } from "../app/loading.ts";
import { TokenLink } from "../token-details/token-link.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Time } from "../ui/time.tsx";
import { VisibleText } from "../ui/visible-text.tsx";
import { type Phrase, type Piece, phrasesOf, verbOf } from "./audit-words.ts";

interface AuditEventsProps {
  readonly events: readonly AuditEvent[];
  /** Whether all are of one token, which then needs no name in each. */
  readonly isOfOne: boolean;
}

/** Changes to tokens with their authors, times and addresses. */
export function AuditEvents({ events, isOfOne }: AuditEventsProps) {
  const ids = [...new Set(events.flatMap((event) => idsIn(event)))];
  const tokens = useLoaded(ids.join(), () => tokensOf(ids)).value ?? new Map<string, Token>();
  return (
    <ol class="events">
      {events.map((event) => (
        <Event key={event.id} event={event} isOfOne={isOfOne} tokens={tokens} />
      ))}
    </ol>
  );
}

/** The tokens that the event names. */
function idsIn({ actor, target, action, changes }: AuditEvent): readonly string[] {
  const told = phrasesOf(action, changes).flatMap((phrase) =>
    phrase.flatMap((piece) => (typeof piece === "object" && "token" in piece ? [piece.token] : [])),
  );
  return [target, ...(actor === null ? [] : [actor]), ...told];
}

interface EventProps {
  readonly event: AuditEvent;
  readonly isOfOne: boolean;
  readonly tokens: ReadonlyMap<string, Token>;
}

function Event({ event, isOfOne, tokens }: EventProps) {
  const { at, action, actor, target, trace_id: traceId, request_id: requestId, ip, changes } = event;
  return (
    <li class="event">
      <Time time={at} isFull />
      <div class="event-what">
        <p>
          <strong>{verbOf(action)}</strong>
          {!isOfOne && (
            <>
              {" "}
              <TokenLink id={target} token={tokens.get(target)} />
            </>
          )}
          <Phrases phrases={phrasesOf(action, changes)} tokens={tokens} />
        </p>
        <p class="hint event-source">
          <span>
            By {actor === null ? "the command line" : <TokenLink id={actor} token={tokens.get(actor)} />}
            {ip !== null && (
              <>
                {" "}
                from <code>{ip}</code>
              </>
            )}
          </span>
          {traceId !== null && <RequestId name="Trace id" id={traceId} />}
          {requestId !== null && <RequestId name="Request id" id={requestId} />}
        </p>
      </div>
    </li>
  );
}

/** An id that finds the request in the server's log. */
function RequestId({ name, id }: { name: string; id: string }) {
  return (
    <span class="event-id">
      <span class="event-id-name">{name}</span> <code>{id}</code>
      <CopyButton text={id} what={name.toLowerCase()} isQuiet />
    </span>
  );
}

interface PhrasesProps {
  readonly phrases: readonly Phrase[];
  readonly tokens: ReadonlyMap<string, Token>;
}

function Phrases({ phrases, tokens }: PhrasesProps) {
  return (
    <>
      {phrases.map((phrase, index) => (
        <span key={phrase[0]}>
          {index === 0 ? ": " : "; "}
          {phrase.map((piece) => (
            <PieceText key={keyOf(piece)} piece={piece} tokens={tokens} />
          ))}
        </span>
      ))}
    </>
  );
}

function keyOf(piece: Piece): string {
  if (typeof piece === "string") return piece;
  return "token" in piece ? piece.token : piece.quoted;
}

function PieceText({ piece, tokens }: { piece: Piece; tokens: PhrasesProps["tokens"] }) {
  if (typeof piece === "string") return <>{piece}</>;
  if ("token" in piece) return <TokenLink id={piece.token} token={tokens.get(piece.token)} />;
  return (
    <q>
      <VisibleText text={piece.quoted} />
    </q>
  );
}

/** Stands in for changes that are on their way. */
export function EventsSkeleton() {
  return (
    <ol class="events" aria-busy="true">
      {["first", "second", "third"].map((name) => (
        <li key={name} class="event">
          <span class="unseen">Loading</span>
          <span class="skeleton" />
          <span class="skeleton long" />
        </li>
      ))}
    </ol>
  );
}
