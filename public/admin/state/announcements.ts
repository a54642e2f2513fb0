import { signal } from "@preact/signals";

const SHOWN_MS = 6000;

export interface Announcement {
  readonly text: string;
  /** Tells two announcements of the same text apart. */
  readonly number: number;
}

/** What just happened, for everybody to see and for screen readers to say. */
export const announcement = signal<Announcement | null>(null);

/** What screen readers alone are told, because it can be seen anyway. */
export const spoken = signal("");

let count = 0;

export function announce(text: string): void {
  count += 1;
  const number = count;
  announcement.value = { text, number };
  setTimeout(() => {
    if (announcement.value?.number === number) announcement.value = null;
  }, SHOWN_MS);
}

export function say(text: string): void {
  spoken.value = text;
}
