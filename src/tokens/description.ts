/** The most code points that a description may have: an emoji may be several. */
export const DESCRIPTION_LIMIT = 500;
