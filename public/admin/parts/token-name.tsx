import type { Token } from "../api/types.ts";

/** What a token is called: its description, kept apart from the text around it whatever its script. */
export function TokenName({ token }: { token: Pick<Token, "description"> }) {
  const { description } = token;
  if (description === null || description.trim() === "") return <span class="nameless">No description</span>;
  return <bdi>{description}</bdi>;
}

/** The same where only text can be. */
export function nameOf({ description, id }: Pick<Token, "description" | "id">): string {
  return description === null || description.trim() === "" ? id : description;
}
