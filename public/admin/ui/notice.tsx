import type { ComponentChildren } from "preact";
import { InfoIcon, WarningIcon } from "./icons.tsx";

interface NoticeProps {
  readonly tone: "neutral" | "caution" | "danger";
  readonly children: ComponentChildren;
}

/** A short message in a coloured box. */
export function Notice({ tone, children }: NoticeProps) {
  return (
    <div class={`notice ${tone}`}>
      {tone === "neutral" ? <InfoIcon /> : <WarningIcon />}
      <div class="notice-text">{children}</div>
    </div>
  );
}
