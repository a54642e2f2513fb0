import { computed, signal } from "@preact/signals";

const SHOWN_MS = 6000;

export interface Announcement {
  readonly text: string;
  /** Tells two announcements of the same text apart. */
  readonly number: number;
}

/** What just happened, for everybody to see and for screen readers to say. */
export const announcement = signal<Announcement | null>(null);

/** What screen readers alone are told, because it can be seen anyway. */
export const spoken = signal<Announcement | null>(null);

/** The last that was said or announced. */
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

/** Takes back the present announcement. */
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
