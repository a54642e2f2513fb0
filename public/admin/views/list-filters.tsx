import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ACCESSES } from "../api/types.ts";
import { dateName } from "../format.ts";
import { CrossIcon, DownIcon, SearchIcon } from "../parts/icons.tsx";
import { changed, type ListView, SEARCH_LIMIT, type Sort } from "../state/list-view.ts";
import { lastList, showList } from "../state/route.ts";

/** How long after the last key a search begins. */
const TYPING_MS = 250;

/** The start of a secret, which has no business in an address. */
const SECRET = /sk_live_\w{5,}/;

export function ListFilters({ view }: { view: ListView }) {
  return (
    <search class="filters">
      <SearchField view={view} />
      <AccessSelect view={view} />
      <SortSelect view={view} />
      {(view.from !== null || view.to !== null) && (
        <button
          type="button"
          class="chip"
          onClick={() => showList(changed(view, { from: null, to: null, sort: null }))}
        >
          <span>
            Expire {periodName(view)}
            <span class="unseen">, remove this filter</span>
          </span>
          <CrossIcon />
        </button>
      )}
    </search>
  );
}

function AccessSelect({ view }: { view: ListView }) {
  const fieldId = useId();
  const choose = (value: string) =>
    showList(changed(view, { access: ACCESSES.find((access) => access === value) ?? null }));
  return (
    <div class="select">
      <label class="unseen" for={fieldId}>
        Access
      </label>
      <select
        id={fieldId}
        class="input"
        value={view.access ?? ""}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        <option value="">Any access</option>
        <option value="read">Read</option>
        <option value="write">Write</option>
      </select>
      <DownIcon />
    </div>
  );
}

const SORTS: readonly (readonly [name: string, sort: Sort | null])[] = [
  ["Newest first", null],
  ["Oldest first", { key: "created_at", direction: "asc" }],
  ["Expiring first", { key: "expires_at", direction: "asc" }],
  ["Used last first", { key: "last_used_at", direction: "desc" }],
  ["By description", { key: "description", direction: "asc" }],
];

/** For screens without room for every column, whose headings sort elsewhere. */
function SortSelect({ view }: { view: ListView }) {
  const fieldId = useId();
  const chosen = SORTS.findIndex(
    ([, sort]) => sort?.key === view.sort?.key && sort?.direction === view.sort?.direction,
  );
  return (
    <div class="select sorting">
      <label class="unseen" for={fieldId}>
        Order
      </label>
      <select
        id={fieldId}
        class="input"
        value={chosen}
        onChange={({ currentTarget }) =>
          showList(changed(view, { sort: SORTS[Number(currentTarget.value)]?.[1] ?? null }))
        }
      >
        {chosen === -1 && <option value={-1}>Another order</option>}
        {SORTS.map(([name], index) => (
          <option key={name} value={index}>
            {name}
          </option>
        ))}
      </select>
      <DownIcon />
    </div>
  );
}

function SearchField({ view }: { view: ListView }) {
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

function periodName({ from, to }: ListView): string {
  if (from === null) return `by ${dateName(to ?? "")}`;
  if (to === null) return `from ${dateName(from)} on`;
  return from === to ? `on ${dateName(from)}` : `${dateName(from)} – ${dateName(to)}`;
}
