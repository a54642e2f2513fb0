/** The longest time, in seconds, for which a token goes on beside its successor: 30 days. */
export const OVERLAP_MAX_SECONDS = 2_592_000;
export const OVERLAP_DEFAULT_SECONDS = 86_400;
