import { useEffect, useRef } from "preact/hooks";
import { listAddress } from "../app/addresses.ts";
import { listView } from "../app/route.ts";
import { useFocusAtFirst } from "../ui/focus.ts";
import { BackIcon } from "../ui/icons.tsx";
import { UseSection } from "../usage/usage-section.tsx";
import { AuditTrail } from "./audit-trail.tsx";

/** The uses of all tokens, and the audit trail. */
export function ActivityScreen() {
  const heading = useRef<HTMLHeadingElement>(null);
  useFocusAtFirst(heading);
  useEffect(() => {
    document.title = "Activity · Publisher";
  }, []);
  return (
    <>
      <a class="back" href={listAddress(listView.value)}>
        <BackIcon />
        All tokens
      </a>
      <div>
        <h1 ref={heading} tabIndex={-1}>
          Activity
        </h1>
        <p class="muted">The uses of all tokens, and all changes to them.</p>
      </div>
      <UseSection title="Use of all tokens" id={null} />
      <AuditTrail />
    </>
  );
}
