import { ACCESSES } from "../api/types.ts";
import { now } from "../app/clock.ts";
import { dateName, dayAfter } from "../app/format.ts";
import { changeList, listView } from "../app/route.ts";
import { Select } from "../fields/select.tsx";
import { changed, NEVER, type Sort, withReused } from "./list-view.ts";

/** Stands for tokens that check tokens, among the accesses. */
const VERIFIES = "verifies";

export function AccessSelect() {
  const { access, verifies } = listView.value;
  const choose = (value: string) => {
    const access = ACCESSES.find((access) => access === value) ?? null;
    changeList((view) => changed(view, { access, verifies: value === VERIFIES }));
  };
  return (
    <Select name="Access" value={verifies ? VERIFIES : (access ?? "")} onChoose={choose}>
      <option value="">Any access</option>
      <option value="read">Read</option>
      <option value="write">Write</option>
      <option value={VERIFIES}>Checks tokens</option>
    </Select>
  );
}

/** After how many days without a use one may ask whether a token is still needed. */
const UNUSED_DAYS = [30, 90];

/** Stands for tokens that were tried after their end, among the times of last uses. */
const REUSED = "reused";

/** By when tokens were last used. The days count back from today, and the address says from which day. */
export function UseSelect() {
  const { unused, reused } = listView.value;
  const today = new Date(now.value).toISOString().slice(0, 10);
  const days = UNUSED_DAYS.map((count) => [count, dayAfter(today, -count)] as const);
  const isAnother = unused !== NEVER && days.every(([, day]) => day !== unused);
  const choose = (value: string) =>
    changeList((view) =>
      value === REUSED
        ? withReused(view)
        : changed(view, { reused: false, unused: value === "" ? null : value }),
    );
  return (
    <Select name="Last use" value={reused ? REUSED : (unused ?? "")} onChoose={choose}>
      <option value="">Any last use</option>
      <option value={NEVER}>Never used</option>
      {days.map(([count, day]) => (
        <option key={count} value={day}>
          Last used {count}+ days ago
        </option>
      ))}
      <option value={REUSED}>Tried after its end</option>
      {unused !== null && isAnother && <option value={unused}>Last used before {dateName(unused)}</option>}
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

/** The order of the list, for screens without room for the headings that sort. */
export function SortSelect() {
  const { sort } = listView.value;
  const chosen = SORTS.findIndex(
    ([, other]) => other?.key === sort?.key && other?.direction === sort?.direction,
  );
  const choose = (value: string) =>
    changeList((view) => changed(view, { sort: SORTS[Number(value)]?.[1] ?? null }));
  return (
    <Select name="Order" kind="sorting" value={chosen} onChoose={choose}>
      {chosen === -1 && <option value={-1}>Another order</option>}
      {SORTS.map(([name], index) => (
        <option key={name} value={index}>
          {name}
        </option>
      ))}
    </Select>
  );
}
