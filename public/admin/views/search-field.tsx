import { useEffect, useId, useRef, useState } from "preact/hooks";
import { SearchIcon } from "../parts/icons.tsx";
import { changed, type ListView, SEARCH_LIMIT } from "../state/list-view.ts";
import { lastList, showList } from "../state/route.ts";

/** How long after the last key a search begins. */
const TYPING_MS = 250;

/** The start of a secret, which has no business in an address. */
const SECRET = /sk_live_\w{5,}/;

export function SearchField({ view }: { view: ListView }) {
  const [text, setText] = useState(view.search);
  const fieldId = useId();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(view.search);
  const isSecret = SECRET.test(text);
  // What is being typed stays; what comes by another way, as by Back, is shown.
  useEffect(() => {
    if (view.search !== asked.current) setText(view.search);
    asked.current = view.search;
  }, [view.search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (typed: string) => {
    setText(typed);
    clearTimeout(timer.current);
    if (SECRET.test(typed)) return;
    timer.current = setTimeout(() => {
      // Meanwhile another tab or filter may have been chosen.
      const current = lastList.value;
      const isFurtherTyping = current.search !== "" && typed !== "";
      asked.current = typed.trim();
      showList(changed(current, { search: typed.trim() }), isFurtherTyping);
    }, TYPING_MS);
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
        value={text}
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
