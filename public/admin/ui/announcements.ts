import { computed, signal } from "@preact/signals";

const SHOWN_MS = 6000;

export interface Announcement {
  readonly text: string;
  /** Distinguishes two announcements of the same text. */
  readonly number: number;
}

/** A visible announcement, which screen readers say too. */
export const announcement = signal<Announcement | null>(null);

/** An announcement for screen readers alone: others see the change itself. */
export const spoken = signal<Announcement | null>(null);

/** The last announcement of either kind. */
export const lastWords = computed(() => {
  const [shown, said] = [announcement.value, spoken.value];
  return (shown?.number ?? 0) > (said?.number ?? 0) ? shown : said;
});

let count = 0;

export function announce(text: string): void {
  const latest = numbered(text);
  announcement.value = latest;
  setTimeout(() => {
    if (announcement.value === latest) announcement.value = null;
  }, SHOWN_MS);
}

/** Removes the present announcements. */
export function hush(): void {
  announcement.value = null;
  spoken.value = null;
}

export function say(text: string): void {
  spoken.value = numbered(text);
}

function numbered(text: string): Announcement {
  count += 1;
  return { text, number: count };
}
