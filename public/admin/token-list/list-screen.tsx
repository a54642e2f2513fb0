import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api } from "../api/token-calls.ts";
import { useLoaded } from "../app/loading.ts";
import { CreateDialog } from "../dialogs/create-dialog.tsx";
import { mayWrite, self, shownSecrets } from "../session/session.ts";
import { useFocusAfter, useFocusAtFirst } from "../ui/focus.ts";
import { PlusIcon } from "../ui/icons.tsx";
import { Notice } from "../ui/notice.tsx";
import { Overview } from "./overview.tsx";
import { ReusedLately } from "./reused.tsx";
import { TokenList } from "./token-list.tsx";

export function ListScreen() {
  const isCreating = useSignal(false);
  const create = () => {
    isCreating.value = true;
  };
  const close = () => {
    isCreating.value = false;
  };
  const heading = useRef<HTMLHeadingElement>(null);
  useFocusAtFirst(heading);
  const opener = useRef<HTMLButtonElement>(null);
  // The form that the secret came from is gone.
  useFocusAfter(shownSecrets.value.length > 0, opener);
  const summary = useLoaded("summary", api.summary);
  useEffect(() => {
    document.title = "Tokens · Publisher";
  }, []);
  return (
    <>
      <div class="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            API tokens
          </h1>
          <p class="muted">Programs use them to call Publisher or your services.</p>
        </div>
        {mayWrite.value && (
          <button ref={opener} type="button" class="button primary" onClick={create}>
            <PlusIcon />
            New token
          </button>
        )}
      </div>
      {self.value?.access === "read" && (
        <Notice tone="neutral">
          <p>
            <strong>You are signed in with a read token.</strong> It sees everything here and can change
            nothing. To create or change tokens, sign in with one that has write access.
          </p>
        </Notice>
      )}
      <ReusedLately count={summary.value?.reused ?? 0} />
      <Overview summary={summary} />
      <TokenList summary={summary} onCreate={create} />
      {isCreating.value && <CreateDialog onClose={close} />}
    </>
  );
}
