import type { Token } from "../api/types.ts";
import { tokenAddress } from "../app/addresses.ts";
import { shortened } from "../app/format.ts";
import { VisibleText } from "../ui/visible-text.tsx";
import { ownName } from "./token-name.tsx";

interface TokenLinkProps {
  readonly id: string;
  /** The token, where it is known: then its name is shown in the place of its id. */
  readonly token?: Token | undefined;
}

/** How many characters of a name are shown. The token's own page has all of it. */
const SHOWN = 60;

/** A link to a token, with its name. */
export function TokenLink({ id, token }: TokenLinkProps) {
  const name = token === undefined ? null : ownName(token);
  return (
    <a href={tokenAddress(id)} title={name === null ? undefined : id}>
      {name === null ? <code>{id}</code> : <VisibleText text={shortened(name, SHOWN)} />}
    </a>
  );
}
