import { isTokenId } from "../../../src/tokens/identifier.ts";
import { visible } from "../../../src/tokens/visible-text.ts";
import type { Token } from "../api/types.ts";
import { VisibleText } from "../ui/visible-text.tsx";

/** The name of a token: its description. */
export function TokenName({ token }: { token: Pick<Token, "description"> }) {
  const { description } = token;
  if (description === null || description.trim() === "") return <span class="nameless">No description</span>;
  return <VisibleText text={description} />;
}

/** The same as plain text, for titles and messages: the id if there is no description. */
export function nameOf(token: Pick<Token, "description" | "id">): string {
  return visible(ownName(token) ?? token.id);
}

/** The description to show in place of the id; null if there is none, or if it looks like the id of another token. */
export function ownName({ description }: Pick<Token, "description">): string | null {
  const name = description?.trim() ?? "";
  return name === "" || isTokenId(name) ? null : name;
}
