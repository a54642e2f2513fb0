import type { ComponentChildren } from "preact";

interface ViewLinkProps {
  /** Works the address out of the current view. */
  readonly address: () => string;
  readonly class?: string;
  readonly isCurrent?: boolean;
  readonly children: ComponentChildren;
}

/** Leads to the current view in another way. What was chosen after the link was drawn goes along. */
export function ViewLink({ address, isCurrent = false, children, ...attributes }: ViewLinkProps) {
  return (
    <a
      {...attributes}
      href={address()}
      aria-current={isCurrent ? "page" : undefined}
      onClick={({ currentTarget }) => {
        currentTarget.href = address();
      }}
    >
      {children}
    </a>
  );
}
