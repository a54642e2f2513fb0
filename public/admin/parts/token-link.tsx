import type { Token } from "../api/types.ts";
import { tokenAddress } from "../state/addresses.ts";

interface TokenLinkProps {
  readonly id: string;
  /** The token, where it is known: then its name is shown in the place of its id. */
  readonly token?: Token | undefined;
}

/** How many characters of a name are shown: whoever wants all of it follows the link. */
const SHOWN = 60;

/** Leads to a token that something tells of. */
export function TokenLink({ id, token }: TokenLinkProps) {
  const name = [...(token?.description?.trim() ?? "")];
  return (
    <a href={tokenAddress(id)} title={name.length > 0 ? id : undefined}>
      {name.length === 0 ? (
        <code>{id}</code>
      ) : (
        <bdi>
          {name.slice(0, SHOWN).join("")}
          {name.length > SHOWN && "…"}
        </bdi>
      )}
    </a>
  );
}
