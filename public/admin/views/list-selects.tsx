import { ACCESSES } from "../api/types.ts";
import { dateName, dayAfter } from "../format.ts";
import { Select } from "../parts/select.tsx";
import { now } from "../state/clock.ts";
import { changed, type ListView, NEVER, type Sort } from "../state/list-view.ts";
import { showList } from "../state/route.ts";

export function AccessSelect({ view }: { view: ListView }) {
  const choose = (value: string) =>
    showList(changed(view, { access: ACCESSES.find((access) => access === value) ?? null }));
  return (
    <Select name="Access" value={view.access ?? ""} onChoose={choose}>
      <option value="">Any access</option>
      <option value="read">Read</option>
      <option value="write">Write</option>
    </Select>
  );
}

/** After how many days without a use one may ask whether a token is still needed. */
const UNUSED_DAYS = [30, 90];

/** By when tokens were last used. The days count back from today, and the address says from which day. */
export function UseSelect({ view }: { view: ListView }) {
  const today = new Date(now.value).toISOString().slice(0, 10);
  const days = UNUSED_DAYS.map((count) => [count, dayAfter(today, -count)] as const);
  const isAnother = view.unused !== NEVER && days.every(([, day]) => day !== view.unused);
  const choose = (value: string) => showList(changed(view, { unused: value === "" ? null : value }));
  return (
    <Select name="Last use" value={view.unused ?? ""} onChoose={choose}>
      <option value="">Any last use</option>
      <option value={NEVER}>Never used</option>
      {days.map(([count, day]) => (
        <option key={count} value={day}>
          Last used {count}+ days ago
        </option>
      ))}
      {view.unused !== null && isAnother && (
        <option value={view.unused}>Last used before {dateName(view.unused)}</option>
      )}
    </Select>
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
export function SortSelect({ view }: { view: ListView }) {
  const chosen = SORTS.findIndex(
    ([, sort]) => sort?.key === view.sort?.key && sort?.direction === view.sort?.direction,
  );
  return (
    <Select
      name="Order"
      kind="sorting"
      value={chosen}
      onChoose={(value) => showList(changed(view, { sort: SORTS[Number(value)]?.[1] ?? null }))}
    >
      {chosen === -1 && <option value={-1}>Another order</option>}
      {SORTS.map(([name], index) => (
        <option key={name} value={index}>
          {name}
        </option>
      ))}
    </Select>
  );
}
