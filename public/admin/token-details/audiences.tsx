import { listAddress } from "../app/addresses.ts";
import { servicesName } from "../app/format.ts";
import { changed, FIRST_VIEW } from "../token-list/list-view.ts";

/** How many services a row has room for. */
const SHOWN = 2;

interface AudiencesProps {
  readonly audiences: readonly string[];
}

/** Which services a token is for, in little space: the first by name, of the others how many there are. */
export function AudienceTags({ audiences }: AudiencesProps) {
  const more = audiences.length - SHOWN;
  return (
    <span class="audiences" title={audiences.join(", ")}>
      <span class="unseen">For {servicesName(audiences)}</span>
      {audiences.slice(0, SHOWN).map((name) => (
        <span key={name} class="tag audience" aria-hidden="true">
          {name}
        </span>
      ))}
      {more > 0 && (
        <span class="more" aria-hidden="true">
          +{more}
        </span>
      )}
    </span>
  );
}

/** Every service that a token is for; each leads to all tokens that are for it. */
export function AudienceLinks({ audiences }: AudiencesProps) {
  return (
    <ul class="audiences">
      {audiences.map((name) => (
        <li key={name}>
          <a
            class="tag audience"
            href={listAddress(changed(FIRST_VIEW, { audience: name }))}
            title={`All active tokens for ${name}`}
          >
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
}
