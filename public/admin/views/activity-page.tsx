import { useEffect } from "preact/hooks";
import { BackIcon } from "../parts/icons.tsx";
import { listAddress } from "../state/addresses.ts";
import { listView } from "../state/route.ts";
import { AuditTrail } from "./audit-trail.tsx";
import { UseSection } from "./use-section.tsx";

/** What happened with tokens, all of them together. */
export function ActivityPage() {
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
        <h1>Activity</h1>
        <p class="muted">How much tokens are used, and who changed what about them.</p>
      </div>
      <UseSection title="Use of all tokens" id={null} />
      <AuditTrail />
    </>
  );
}
