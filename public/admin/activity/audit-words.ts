import { ACCESSES } from "../api/types.ts";
import { exactTime, servicesName } from "../app/format.ts";

/** A piece of the words for a change: plain words, the id of a token, or text that a person wrote. */
export type Piece = string | { readonly token: string } | { readonly quoted: string };

export type Phrase = readonly Piece[];

type Changes = Readonly<Record<string, unknown>>;

const VERBS: Readonly<Record<string, string>> = {
  "api-token.create": "Created",
  "api-token.update": "Edited",
  "api-token.rotate": "Rotated",
  "api-token.revoke": "Revoked",
};

/** The verb of an action. An action that this page does not know keeps its name in the API. */
export function verbOf(action: string): string {
  return VERBS[action] ?? action;
}

/** The phrases for a change, after its verb. Values that this page does not know are shown as they came. */
export function phrasesOf(action: string, changes: Changes): readonly Phrase[] {
  const isCreation = action === "api-token.create";
  const known: readonly (Phrase | null)[] = [
    replacesPhrase(changes),
    replacedPhrase(changes),
    accessPhrase(changes),
    descriptionPhrase(changes, isCreation),
    expiryPhrase(changes, action === "api-token.update" ? "now " : ""),
    action === "api-token.rotate" && isText(changes.revoked_at)
      ? ["the old secret was revoked at once"]
      : null,
  ];
  return [...known.filter((phrase) => phrase !== null), ...unknownPhrases(changes)];
}

function replacesPhrase({ replaces }: Changes): Phrase | null {
  return isText(replaces) ? ["in the place of ", { token: replaces }] : null;
}

function replacedPhrase({ replaced_by: successor }: Changes): Phrase | null {
  return isText(successor) ? ["replaced by ", { token: successor }] : null;
}

/** As `read access to billing and reports`, or `checks tokens for billing`. */
function accessPhrase({ access, audiences, verifies }: Changes): Phrase | null {
  if (!ACCESSES.some((known) => known === access)) return null;
  const names = isTexts(audiences) ? servicesName(audiences) : "Publisher itself";
  if (verifies === true) return [`checks tokens for ${names}`];
  return [`${access} access to ${names}`];
}

function descriptionPhrase({ description }: Changes, isCreation: boolean): Phrase | null {
  if (isText(description)) return [isCreation ? "called " : "now called ", { quoted: description }];
  return description === null && !isCreation ? ["its description was removed"] : null;
}

function expiryPhrase({ expires_at: expiresAt }: Changes, now: string): Phrase | null {
  if (expiresAt === null) return [`${now}works until it is revoked`];
  return isTime(expiresAt) ? [`${now}works until ${exactTime(expiresAt)}`] : null;
}

const TOLD = ["access", "audiences", "description", "expires_at", "revoked_at", "replaced_by", "replaces"];

function unknownPhrases(changes: Changes): readonly Phrase[] {
  return Object.entries(changes)
    .filter(([key, value]) => !TOLD.includes(key) && !(key === "verifies" && value === true))
    .map(([key, value]) => [`${key}: `, { quoted: isText(value) ? value : JSON.stringify(value) }]);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

/** Whether a value is a time: another version of the server may send something else. */
function isTime(value: unknown): value is string {
  return isText(value) && !Number.isNaN(Date.parse(value));
}
