import { computed } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { SECRET_PREFIX } from "../../../src/tokens/secret/secret-form.ts";
import { changeList, listView } from "../app/route.ts";
import { useDraft } from "../fields/use-draft.ts";
import { SearchIcon } from "../ui/icons.tsx";
import { changed, SEARCH_LIMIT } from "./list-view.ts";

/** How long after the last key a search begins. */
const TYPING_MS = 250;

/** The start of a secret, which has no business in an address. */
const SECRET = new RegExp(`${SECRET_PREFIX}\\w{5,}`);

const SEARCH = computed(() => listView.value.search);

export function SearchField() {
  const draft = useDraft(SEARCH);
  const fieldId = useId();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isSecret = SECRET.test(draft.text.value);
  useEffect(() => () => clearTimeout(timer.current), []);
  const begin = (typed: string) => {
    // The view was changed meanwhile to one with another search.
    if (draft.text.value !== typed) return;
    const isFurtherTyping = SEARCH.value !== "" && typed !== "";
    changeList((view) => changed(view, { search: typed.trim() }), isFurtherTyping);
    draft.type(typed);
  };
  const search = (typed: string) => {
    draft.type(typed);
    clearTimeout(timer.current);
    if (!SECRET.test(typed)) timer.current = setTimeout(() => begin(typed), TYPING_MS);
  };
  return (
    <div class="search">
      <SearchIcon />
      <label class="unseen" for={fieldId}>
        Search descriptions and ids
      </label>
      <input
        id={fieldId}
        class="input"
        type="search"
        value={draft.text.value}
        maxLength={SEARCH_LIMIT}
        placeholder="Search descriptions and ids"
        autocomplete="off"
        spellcheck={false}
        aria-describedby={isSecret ? `${fieldId}-secret` : undefined}
        onInput={({ currentTarget }) => search(currentTarget.value)}
      />
      {isSecret && (
        <p class="field-fault" id={`${fieldId}-secret`} role="alert">
          This is a token itself. Search for its description or id.
        </p>
      )}
    </div>
  );
}
