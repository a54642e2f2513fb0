import { useSignal } from "@preact/signals";
import type { Bucket, Uses } from "../api/record-types.ts";
import { countName } from "../app/format.ts";
import { bucketName, usesIn } from "./uses.ts";

interface UseTableProps {
  readonly bucket: Bucket;
  readonly buckets: readonly Uses[];
}

/** The numbers of a chart, newest first; only made once somebody wants to see them. */
export function UseTable({ bucket, buckets }: UseTableProps) {
  const isOpen = useSignal(false);
  return (
    <details
      class="use-table"
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>The numbers as a table</summary>
      {isOpen.value && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it
        <section class="use-rows" aria-label="Uses" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{bucket === "hour" ? "Hour" : "Day of UTC"}</th>
                <th scope="col">Accepted</th>
                <th scope="col">Refused</th>
              </tr>
            </thead>
            <tbody>
              {buckets
                .filter((uses) => usesIn(uses) > 0)
                .reverse()
                .map((uses) => (
                  <tr key={uses.start}>
                    <th scope="row">{bucketName(uses, bucket)}</th>
                    <td>{countName(uses.accepted)}</td>
                    <td>{countName(uses.refused)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
