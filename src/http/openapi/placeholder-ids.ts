/**
 * Ids in the examples of requests, which name no token. The Swagger page puts real ones in their place: its examples
 * then work unedited, and none changes the token that the page itself uses.
 */
export const PLACEHOLDER_IDS = {
  /** Of the token that the request is made with. */
  own: "atok_IdOfYourOwnToken",
  /** Of a token that the caller made before. */
  created: "atok_IdOfATokenYouCreated",
} as const;
