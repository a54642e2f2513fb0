import { useSignal } from "@preact/signals";
import type { TargetedInputEvent, TargetedSubmitEvent } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { UNKNOWN_TOKEN } from "../../../src/http/messages-known-to-pages.ts";
import { SECRET_PREFIX } from "../../../src/tokens/secret/secret-form.ts";
import { isReadableOnTheWay, PLAIN_HTTP_WARNING } from "../../plain-http.ts";
import { ApiError, NotAToken, Unreachable } from "../api/client.ts";
import { useAction } from "../app/loading.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { KeyIcon } from "../ui/icons.tsx";
import { Notice } from "../ui/notice.tsx";
import { IDLE_LIMIT_MINUTES } from "./inactivity.ts";
import { signIn } from "./signing.ts";
import { secretFault, secretIn } from "./typed-secret.ts";

export function SignIn({ notice }: { notice: string | null }) {
  const secret = useSignal("");
  const staysSignedIn = useSignal(false);
  const isShown = useSignal(false);
  const isRisky = isReadableOnTheWay(location);
  const field = useRef<HTMLInputElement>(null);
  const fieldId = useId();
  const entry = useAction(
    async (asked: { secret: string; staysSignedIn: boolean }) => {
      const fault = secretFault(asked.secret);
      if (fault !== null) throw new NotAToken(fault);
      await signIn(asked.secret, asked.staysSignedIn);
    },
    { isRepeatable: true },
  );
  const { isRunning, error } = entry.state.value;
  useLayoutEffect(() => {
    document.title = "Sign in · Publisher";
    field.current?.focus();
  }, []);
  useEffect(() => {
    if (error !== null && !(error instanceof Unreachable)) field.current?.focus();
  }, [error]);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = secretIn(secret.value);
    if (given === "") return field.current?.focus();
    // A browser offers to keep the text of a password field alone.
    isShown.value = false;
    entry.run({ secret: given, staysSignedIn: staysSignedIn.value });
  };
  const input = {
    ref: field,
    id: fieldId,
    class: "input mono",
    value: secret.value,
    placeholder: `${SECRET_PREFIX}…`,
    name: "password",
    autocapitalize: "off",
    spellcheck: false,
    required: true,
    "aria-describedby": isRisky ? `${fieldId}-risk` : undefined,
    readOnly: isRunning,
    onInput: ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => {
      secret.value = currentTarget.value;
      entry.forget();
    },
  } as const;
  return (
    <main class="gate">
      <div class="gate-card">
        <header class="gate-head">
          <span class="mark large">
            <KeyIcon />
          </span>
          <h1>Sign in to Publisher</h1>
          <p class="muted">Paste an API token of this instance.</p>
        </header>
        {isRisky && (
          <Notice tone="danger">
            <p id={`${fieldId}-risk`}>{PLAIN_HTTP_WARNING}</p>
          </Notice>
        )}
        {notice !== null && error === null && (
          <div role="status">
            <Notice tone="neutral">
              <p>{notice}</p>
            </Notice>
          </div>
        )}
        {error !== null && (
          <ErrorMessage
            error={error}
            words={
              error instanceof ApiError && error.message === UNKNOWN_TOKEN ? <UnknownToken /> : undefined
            }
            whenUnreachable="Your input stays here. The page tries again by itself."
          />
        )}
        <form class="form" onSubmit={submit}>
          <PasswordManagersName />
          <div class="field">
            <label for={fieldId}>API token</label>
            <div class="joined">
              {isShown.value ? (
                // Browsers write the text of such fields to disk, to restore them after a crash.
                <input {...input} type="text" autocomplete="off" />
              ) : (
                <input {...input} type="password" autocomplete="current-password" />
              )}
              <button
                type="button"
                class="button"
                onClick={() => {
                  isShown.value = !isShown.value;
                }}
              >
                {isShown.value ? "Hide" : "Show"}
                <span class="unseen"> the token</span>
              </button>
            </div>
          </div>
          <label class="tick">
            <input
              type="checkbox"
              checked={staysSignedIn.value}
              onChange={({ currentTarget }) => {
                staysSignedIn.value = currentTarget.checked;
              }}
            />
            <span>
              Stay signed in in this tab
              <span class="hint">
                A reload then keeps you signed in. Closing the tab or {IDLE_LIMIT_MINUTES} idle minutes sign
                you out.
              </span>
            </span>
          </label>
          <button type="submit" class="button primary wide" disabled={isRunning}>
            {isRunning ? "Signing in…" : "Sign in"}
          </button>
        </form>
        <section class="gate-foot">
          <h2>A new instance?</h2>
          <p>
            Its first token is in the file <code>first-token</code> of the data directory, on the machine that
            Publisher runs on:
          </p>
          <pre class="code">cat data/first-token</pre>
        </section>
      </div>
    </main>
  );
}

function UnknownToken() {
  return (
    <>
      This Publisher does not know this token. It may belong to another instance. Run{" "}
      <code>publisher token create --access write</code> on the server to make a new one.
    </>
  );
}

/** A password manager keeps a password under a name. https://www.chromium.org/developers/design-documents/form-styles-that-chromium-understands/ */
function PasswordManagersName() {
  return (
    <input
      class="unseen"
      type="text"
      name="username"
      autocomplete="username"
      value="publisher"
      readOnly
      tabIndex={-1}
      aria-hidden="true"
    />
  );
}
