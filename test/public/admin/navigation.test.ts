import { expect, test } from "bun:test";
import fc from "fast-check";
import { narrowed, WHOLE_TRAIL } from "../../../public/admin/activity/audit-view.ts";
import { activityAddress, listAddress, placeAt, tokenAddress } from "../../../public/admin/app/addresses.ts";
import { type AddressBar, Navigation } from "../../../public/admin/app/navigation.ts";
import { changed, FIRST_VIEW, type ListView, nextSort } from "../../../public/admin/token-list/list-view.ts";

/** An address bar that sends no events. */
class SilentBar implements AddressBar {
  readonly steps: string[];

  constructor(hash: string) {
    this.steps = [hash];
  }

  get hash(): string {
    return this.steps.at(-1) ?? "";
  }

  readonly push = (hash: string) => {
    this.steps.push(hash);
  };

  readonly replace = (hash: string) => {
    this.steps[this.steps.length - 1] = hash;
  };
}

function startAt(hash: string) {
  const bar = new SilentBar(hash);
  return { bar, navigation: new Navigation(bar) };
}

const CHANGES: readonly Partial<ListView>[] = [
  { access: "write" },
  { audience: "billing" },
  { unused: "never" },
  { search: "ci" },
  { sort: { key: "expires_at", direction: "desc" } },
  { from: "2026-12-01", to: "2026-12-31" },
];

test("several changes of the list at once are all kept, in any order, each as a step", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...CHANGES]), (changes) => {
      const { bar, navigation } = startAt("#/tokens?page=2&after=x");
      for (const change of changes) navigation.changeList((view) => changed(view, change));
      const expected = Object.assign({}, FIRST_VIEW, ...changes);
      if (changes.length > 0) expect(navigation.listView.value).toEqual(expected);
      expect(placeAt(bar.hash)).toEqual({ name: "list", view: navigation.listView.value });
      expect(bar.steps).toHaveLength(1 + changes.length);
    }),
  );
});

test("several changes of the audit trail at once are all kept", () => {
  const { bar, navigation } = startAt("#/activity?from=2020-10-20");
  const narrow = (change: object) => navigation.changeTrail((view) => narrowed(view, change));
  narrow({ action: "api-token.revoke" });
  narrow({ from: "2021-10-20" });
  narrow({ from: "2020-10-20" });
  narrow({ part: "actor", token: "atok_1" });
  narrow({ action: null });
  expect(bar.hash).toBe("#/activity?token=atok_1&from=2020-10-20&part=actor");
  expect(navigation.auditView.value).toEqual({
    ...WHOLE_TRAIL,
    from: "2020-10-20",
    part: "actor",
    token: "atok_1",
  });
});

test("three clicks on a heading sort ascending, descending, and not at all", () => {
  const { bar, navigation } = startAt("#/tokens");
  for (let clicks = 0; clicks < 3; clicks += 1)
    navigation.changeList((view) => changed(view, { sort: nextSort(view.sort, "expires_at") }));
  expect(bar.steps.slice(1)).toEqual(["#/tokens?sort=expires_at", "#/tokens?sort=-expires_at", "#/tokens"]);
});

test("a change starts from the address, even if its event has not come yet", () => {
  const { bar, navigation } = startAt("#/tokens?access=read");
  bar.push("#/tokens?q=ci");
  navigation.changeList((view) => changed(view, { access: "write" }));
  expect(bar.hash).toBe("#/tokens?access=write&q=ci");
});

test("a late change does not lead back to a list or a trail that was left", () => {
  const { bar, navigation } = startAt("#/tokens?q=ci");
  navigation.go(tokenAddress("atok_1"));
  navigation.changeList((view) => changed(view, { search: "late" }));
  navigation.changeTrail((view) => narrowed(view, { part: "actor" }));
  expect(bar.hash).toBe("#/tokens/atok_1");
  expect(navigation.route.value).toEqual({ place: "token", id: "atok_1" });
  expect(navigation.listView.value.search).toBe("ci");
});

test("a replaced step adds no step, and neither does the same address", () => {
  const { bar, navigation } = startAt("#/tokens");
  navigation.changeList((view) => changed(view, { search: "c" }));
  navigation.changeList((view) => changed(view, { search: "ci" }), true);
  navigation.go("#/tokens?q=ci");
  expect(bar.steps).toEqual(["#/tokens", "#/tokens?q=ci"]);
});

test("an address leads back to its place", () => {
  const list = { ...FIRST_VIEW, search: "#/?&=%" };
  expect(placeAt(listAddress(list))).toEqual({ name: "list", view: list });
  const trail = narrowed(WHOLE_TRAIL, { token: "atok_1" });
  expect(placeAt(activityAddress(trail))).toEqual({ name: "activity", view: trail });
  expect(placeAt(tokenAddress("a/b?c#d"))).toEqual({ name: "token", id: "a/b?c#d" });
  expect(placeAt("#/tokens/%E0%A4%A")).toEqual({ name: "token", id: "%E0%A4%A" });
  for (const odd of ["", "#", "#/", "#/odd", "#/tokens/a/b"])
    expect(placeAt(odd)).toEqual({ name: "list", view: FIRST_VIEW });
});
