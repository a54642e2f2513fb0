// Limits that the pages of a browser use too: so this file imports nothing.

/** The longest time, in seconds, for which a token goes on beside its successor: 30 days. */
export const OVERLAP_MAX_SECONDS = 2_592_000;
/** The form of an overlap, as the end of a sentence that begins with "it must be". */
export const OVERLAP_FORM = `a whole number of seconds from 0 to ${OVERLAP_MAX_SECONDS}`;

export const OVERLAP_DEFAULT_SECONDS = 86_400;

/** How far a summary looks ahead, in days of UTC; today is the first. */
export const SUMMARY_DAYS = 90;

/** For how many days a summary counts that the secret of an ended token was shown. */
export const REUSE_DAYS = 7;

/** The most code points that a description may have: an emoji may be several. */
export const DESCRIPTION_LIMIT = 500;

/** The most secrets that one call verifies. */
export const BULK_VERIFY_LIMIT = 100;
