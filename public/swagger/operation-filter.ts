import type { ImmutableMap, Props, System } from "./system.ts";

/** The parts of a list of the Immutable library that a filter uses. */
interface ImmutableList {
  readonly size: number;
  readonly filter: (keeps: (operation: ImmutableMap) => boolean) => ImmutableList;
}

interface Tag extends ImmutableMap {
  readonly get: (key: string) => ImmutableList;
  readonly set: (key: string, value: ImmutableList) => Tag;
}

interface Tags {
  readonly map: (change: (tag: Tag) => Tag) => Tags;
  readonly filter: (keeps: (tag: Tag) => boolean) => Tags;
}

/** A box that leaves only the operations in which every typed word occurs. */
export const operationFilter = () => ({
  fn: { opsFilter: matching },
  wrapComponents: {
    FilterContainer: (_: unknown, { React }: System) =>
      function FilterBox({
        layoutActions,
        layoutSelectors,
      }: Pick<System, "layoutActions" | "layoutSelectors">) {
        const words = layoutSelectors.currentFilter();
        const box = React.createElement("input", {
          className: "operation-filter-input",
          type: "search",
          placeholder: "Filter operations, e.g. revoke",
          "aria-label": "Filter operations",
          autoComplete: "off",
          spellCheck: false,
          value: typeof words === "string" ? words : "",
          onChange: ({ target }: { readonly target: { readonly value: string } }) =>
            layoutActions.updateFilter(target.value),
        });
        return React.createElement("div", { className: "filter-container wrapper" }, box);
      },
    operations: (Operations: unknown, { React }: System) =>
      function FilteredOperations(props: Props & Pick<System, "specSelectors">) {
        if (props.specSelectors.taggedOperations().size > 0) return React.createElement(Operations, props);
        return React.createElement("p", { className: "no-match", role: "status" }, "No operation matches.");
      },
  },
});

function matching(tags: Tags, phrase: string): Tags {
  const words = phrase.toLowerCase().split(/\s+/);
  const has = (operation: ImmutableMap) => {
    const text = textOf(operation);
    return words.every((word) => text.includes(word));
  };
  return tags
    .map((tag) => tag.set("operations", tag.get("operations").filter(has)))
    .filter((tag) => tag.get("operations").size > 0);
}

/** The searched text: the method, the path, the summary and the operation's id. */
function textOf(operation: ImmutableMap): string {
  const parts = [["method"], ["path"], ["operation", "summary"], ["operation", "operationId"]];
  return parts
    .map((keys) => String(operation.getIn(keys)))
    .join(" ")
    .toLowerCase();
}
