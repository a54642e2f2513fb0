import type { Token, TokenPage } from "../api/types.ts";
import type { Loaded } from "../app/loading.ts";
import { Notice } from "../ui/notice.tsx";

interface LastWriterProps {
  readonly token: Token;
  /** Active tokens with write access to Publisher. */
  readonly writers: Loaded<TokenPage>;
  /** How many descendants with write access, to Publisher or to services, are revoked with the token at the most. */
  readonly alsoRevoked: number;
}

/** Warns of a revocation after which nobody has write access to Publisher, or perhaps nobody. */
export function LastWriter({ token, writers, alsoRevoked }: LastWriterProps) {
  const isWriter = isActiveWriter(token);
  if (!isWriter && alsoRevoked === 0) return null;
  if (writers.value === null) return <UnknownWriters isFailed={writers.error !== null} />;
  const others = writers.value.data.filter(({ id }) => id !== token.id).length;
  if (others > alsoRevoked) return null;
  return (
    <Notice tone="caution">
      <p>
        <strong>
          {others === 0 && isWriter
            ? "This is the last active token with write access."
            : "This may revoke every active token with write access."}
        </strong>{" "}
        Without {others === 0 ? "it" : "one"} nobody can create or revoke tokens here. On the server,{" "}
        <code>publisher token create --access write</code> makes another.
      </p>
    </Notice>
  );
}

function UnknownWriters({ isFailed }: { isFailed: boolean }) {
  if (!isFailed) return <p class="muted">Checking whether another active token has write access…</p>;
  return (
    <Notice tone="caution">
      <p>
        <strong>This may be the last active token with write access.</strong> Whether there is another is not
        known now. Without one nobody can create or revoke tokens here.
      </p>
    </Notice>
  );
}

function isActiveWriter({ access, audiences, status }: Token): boolean {
  return access === "write" && audiences === null && status === "active";
}
