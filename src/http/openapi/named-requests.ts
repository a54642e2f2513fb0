import {
  CONDITION_DEPTH_MAX,
  CONDITION_LIMIT,
  PAGE_LIMIT_DEFAULT,
  PAGE_LIMIT_MAX,
} from "../../tokens/listing/listing.ts";
import { TOKEN_LISTING } from "../../tokens/listing/token-listing.ts";
import { OVERLAP_DEFAULT_SECONDS } from "../../tokens/rotation-rules.ts";
import { asUnion } from "../api/nullable.ts";
import {
  changeTypesWith,
  NoParameters,
  Pagination,
  RevokeToken,
  Time,
  TokenById,
  verifyTypeWith,
} from "../api/wire.ts";
import { listTypesWithConditions, Pattern } from "../lists/filter-types.ts";
import type { NamedTypes } from "./component-schemas.ts";
import { namedConditions } from "./named-conditions.ts";

// What is in the future is judged when a body is read, by a clock that no schema has.
const CHANGES = changeTypesWith(Time, asUnion);

const TOKEN_LIST = listTypesWithConditions(TOKEN_LISTING);

/** What holds of the filters of every list. */
export const CONDITIONS_LIMITED =
  `Conditions that must all hold: at most ${CONDITION_LIMIT} of them, \`and\` and \`or\` counted, and at most ` +
  `${CONDITION_DEPTH_MAX} deep.`;

/** What holds of the sorts of every list. */
export const SORTED =
  "Keys to sort by, each at most once. Null comes last in both directions; ties go by id. Without sorts: newest first.";

/** What bodies of requests have. */
export const REQUESTS = {
  NoParameters: {
    type: NoParameters,
    about: { description: "The body of an endpoint without parameters: an empty object." },
  },
  TokenById: { type: TokenById, about: { description: "The token that is meant." } },
  CreateToken: {
    type: CHANGES.create,
    about: { description: "What the new token is to be." },
    properties: {
      audiences: "The services that the token is for; Publisher's own API, if left out or null.",
      verifies:
        "True for a token with which a service verifies tokens for these audiences, by `api-token/verify` and introspection, and does nothing else. Needs `audiences` and the access `read`.",
      expires_at: "When the token expires, in the future; never, if left out or null.",
    },
  },
  RevokeToken: {
    type: RevokeToken,
    about: { description: "The token to revoke." },
    properties: {
      descendants:
        "Whether all that came of the token is revoked with it, in one step: the tokens that it created or that took its place, and theirs, in any depth. false if left out.",
      dry_run:
        "Whether nothing is to change: the answer shows what a revocation would be about. false if left out.",
    },
  },
  UpdateToken: {
    type: CHANGES.update,
    about: { description: "The token, and what is to be otherwise. What is left out stays as it is." },
    properties: {
      description: "What the token is for; null takes the description away.",
      expires_at: "When the token expires, in the future; null for never.",
    },
  },
  RotateToken: {
    type: CHANGES.rotate,
    about: { description: "The token that is to be replaced." },
    properties: {
      overlap_seconds: `How long the old token goes on working; ${OVERLAP_DEFAULT_SECONDS} if left out. With 0 it is revoked at once.`,
      expires_at:
        "When the successor expires, in the future; null for never. If left out it lives as long, from now on, as the old one was to.",
    },
  },
  VerifyToken: {
    type: verifyTypeWith(asUnion),
    about: { description: "What somebody showed, and what it is to be good for." },
    properties: {
      token: "What was shown as a token, whatever that is.",
      access: "What it must be good for; `read` if left out.",
      audience: "The service that it must be for; Publisher's own API, if left out or null.",
    },
  },
  ListTokens: {
    type: TOKEN_LIST.List,
    about: { description: "Which tokens, in which order, and which part of them. An empty object is fine." },
    properties: {
      filters: `${CONDITIONS_LIMITED} Revoked tokens are left out unless one names \`status\`, \`revoked_at\`, \`reused_at\` or \`id\`.`,
      sorts: SORTED,
    },
  },
  Pagination: {
    type: Pagination,
    about: { description: "Which part of the list is wanted." },
    properties: {
      limit: `How many rows a page has at most: ${PAGE_LIMIT_DEFAULT} if left out; more than ${PAGE_LIMIT_MAX} is served as ${PAGE_LIMIT_MAX}.`,
      skip: "How many rows to pass over first.",
      cursor:
        "`page.cursor` of the page before; null for the first page. It is good only for the filters and sorts that it came with.",
    },
  },
  Sort: {
    type: TOKEN_LIST.Sort,
    about: { description: "One key to sort by." },
    properties: { direction: "`asc` if left out." },
  },
} satisfies NamedTypes;

/** The conditions of a list. */
export const FILTERS = {
  ...namedConditions(TOKEN_LIST.conditions, {
    row: "a token",
    values:
      "Its values are compared as the resource has them: ids, names, text, and times as in RFC 3339. Of `audiences`, " +
      "one has to be equal; with `nin`, none.",
    example: { key: "access", eq: "write" },
  }),
  TimeKey: {
    type: TOKEN_LIST.conditions.TimeKey,
    about: { description: "A property of a token that is a time." },
  },
  PatternKey: {
    type: TOKEN_LIST.conditions.PatternKey,
    about: { description: "A property of a token that can be matched against a pattern." },
  },
  Pattern: {
    type: Pattern,
    about: {
      description: "A regular expression in the syntax of RE2, found anywhere in the text.",
      examples: [{ pattern: "^CI", case_insensitive: true }],
    },
    properties: { case_insensitive: "false if left out." },
  },
} satisfies NamedTypes;
