/** How far a summary looks ahead, in days of UTC; today is the first. */
export const SUMMARY_DAYS = 90;

/** For how many days a summary counts that the secret of an ended token was shown. */
export const REUSE_DAYS = 7;
