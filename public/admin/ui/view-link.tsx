import type { ComponentChildren } from "preact";

interface ViewLinkProps {
  /** Returns the address for the view of now. It is called again at the click. */
  readonly address: () => string;
  readonly class?: string;
  readonly isCurrent?: boolean;
  readonly children: ComponentChildren;
}

/** A link that changes the current view. It keeps every change that was made after the link was drawn. */
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
