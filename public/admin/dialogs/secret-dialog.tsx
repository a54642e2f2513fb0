import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { serverAddress } from "../api/server-address.ts";
import { allServicesName } from "../app/format.ts";
import { UseOfServiceToken } from "../protect/use-of-service-token.tsx";
import { type ShownSecret, shownSecrets } from "../session/session.ts";
import { RightsBadge } from "../token-details/badges.tsx";
import { nameOf } from "../token-details/token-name.tsx";
import { announce } from "../ui/announcements.ts";
import { Command } from "../ui/command.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";

/** The secret of a new token, this once. Only its own button closes it, and only when the secret is safe. */
export function SecretDialog({ created, remark }: ShownSecret) {
  const isStored = useSignal(false);
  const note = (isSafe: boolean) => {
    isStored.value = isSafe;
  };
  useEffect(() => {
    addEventListener("beforeunload", askBeforeLeaving);
    return () => removeEventListener("beforeunload", askBeforeLeaving);
  }, []);
  const done = () => {
    shownSecrets.value = shownSecrets.value.filter((other) => other.created.id !== created.id);
    announce(`${remark === null ? "Created" : "Rotated"} ${nameOf(created)}`);
  };
  return (
    <Dialog title="Your new token" onClose={null}>
      <div class="form dialog-body">
        <Notice tone="caution">
          <p>
            <strong>This is the only time it is shown.</strong> Copy it now and store it in a safe place:
            Publisher keeps no copy, and nobody can show it again.
          </p>
        </Notice>
        {remark !== null && <p>{remark}</p>}
        {created.audiences !== undefined && (
          <p>
            <RightsBadge token={created} /> for {allServicesName(created.audiences)}.{" "}
            {created.verifies === true ? "It opens nothing." : "It opens nothing else."}
          </p>
        )}
        <div class="secret">
          <code class="secret-text">{created.token}</code>
          <CopyButton text={created.token} what="token" kind="primary wide" onCopied={() => note(true)} />
        </div>
        <Command name="Try it" line={trialLine(created.token)} />
        {created.audiences !== undefined && (
          <UseOfServiceToken audiences={created.audiences} verifies={created.verifies === true} />
        )}
        <footer class="dialog-foot">
          <label class="tick">
            <input
              type="checkbox"
              checked={isStored.value}
              onChange={({ currentTarget }) => note(currentTarget.checked)}
            />
            <span>I have stored the token</span>
          </label>
          <button type="button" class="button" disabled={!isStored.value} onClick={done}>
            Done
          </button>
        </footer>
      </div>
    </Dialog>
  );
}

function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/**
 * A command that tries the token. curl reads the header from its input: a list of processes shows
 * the arguments to every user of the machine. https://curl.se/docs/manpage.html#-H
 */
function trialLine(secret: string): string {
  return [
    `curl -sS ${serverAddress()}publisher.v1/api-token/current \\`,
    `  -H "Content-Type: application/json" -d '{}' -H @- <<'END'`,
    `Authorization: Bearer ${secret}`,
    "END",
  ].join("\n");
}
