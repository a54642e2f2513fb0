import type { ComponentChildren } from "preact";

/** An icon beside words, which say the same: so it is nothing to a screen reader. */
function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const KeyIcon = () => (
  <Icon>
    <circle cx="7" cy="8" r="3.5" />
    <path d="m9.6 10.6 6.4 6.4M13 14l2-2" />
  </Icon>
);

export const PlusIcon = () => (
  <Icon>
    <path d="M10 4v12M4 10h12" />
  </Icon>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 4 4" />
  </Icon>
);

export const CopyIcon = () => (
  <Icon>
    <rect x="7.5" y="7.5" width="9" height="9" rx="2" />
    <path d="M4.5 12.5a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1h7a1 1 0 0 1 1 1" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon>
    <path d="m4 10.5 4 4 8-9" />
  </Icon>
);

export const WarningIcon = () => (
  <Icon>
    <path d="M10 3.2 17.6 16.4H2.4Z" />
    <path d="M10 8.4v3.4M10 14.1v.1" />
  </Icon>
);

export const InfoIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="7.2" />
    <path d="M10 9.4v4M10 6.6v.1" />
  </Icon>
);

export const CrossIcon = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);

export const DownIcon = () => (
  <Icon>
    <path d="m5.5 8 4.5 4.5L14.5 8" />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="M16 10H4m5-5-5 5 5 5" />
  </Icon>
);

export const NextIcon = () => (
  <Icon>
    <path d="m8 4.5 5.5 5.5L8 15.5" />
  </Icon>
);

export const PreviousIcon = () => (
  <Icon>
    <path d="M12 4.5 6.5 10l5.5 5.5" />
  </Icon>
);

export const AscendingIcon = () => (
  <Icon>
    <path d="M10 15.5v-11M5.5 9 10 4.5 14.5 9" />
  </Icon>
);

export const DescendingIcon = () => (
  <Icon>
    <path d="M10 4.5v11M5.5 11 10 15.5 14.5 11" />
  </Icon>
);

export const BookIcon = () => (
  <Icon>
    <path d="M10 5.5c-1.5-1.2-3.5-1.7-6.5-1.5v11c3-.2 5 .3 6.5 1.5 1.5-1.2 3.5-1.7 6.5-1.5V4c-3-.2-5 .3-6.5 1.5Zm0 0v11" />
  </Icon>
);

export const ActivityIcon = () => (
  <Icon>
    <path d="M3 10.5h3l2.5-6 3.5 11 2.5-5H17" />
  </Icon>
);

export const SignOutIcon = () => (
  <Icon>
    <path d="M8 3.5H5a1.5 1.5 0 0 0-1.5 1.5v10A1.5 1.5 0 0 0 5 16.5h3M8 10h8.5m-3.2-3.2L16.5 10l-3.2 3.2" />
  </Icon>
);
