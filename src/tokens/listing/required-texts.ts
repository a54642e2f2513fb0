import type { Pattern } from "./pattern.ts";
import { IGNORES_CASE, patternTokens } from "./pattern-cost.ts";

/** Texts that every match of a pattern contains, one behind the other. */
export interface RequiredTexts {
  readonly texts: readonly string[];
  /** Whether a match may have them in other case. */
  readonly isFolded: boolean;
}

const ESCAPED_SIGN = /^\\[^0-9A-Za-z]$/u;
const NO_LITERAL = /^(?:[.^$]|[[\\].+)$/su;

/**
 * Returns the texts that every match of a pattern surely contains, in their order; null where none is sure. It looks at
 * the characters outside groups alone.
 */
export function requiredTexts({
  source,
  caseInsensitive,
}: Pick<Pattern, "source" | "caseInsensitive">): RequiredTexts | null {
  const texts: string[][] = [[]];
  let depth = 0;
  let wasRepetition = false;
  for (const token of patternTokens(source)) {
    const { nothing, quoted, least, repeating, open } = token.groups ?? {};
    if (nothing !== undefined) continue;
    if (open !== undefined) depth += 1;
    if (token[0] === "|" && depth === 0) return null;
    const isRepetition = (least ?? repeating) !== undefined;
    // Behind flags alone, RE2 takes a second repetition of the same part.
    if (isRepetition && wasRepetition) return null;
    wasRepetition = isRepetition;
    const mayBeLeftOut = Number(least) === 0 || (isRepetition && /^[*?]/.test(token[0]));
    if (depth === 0 && mayBeLeftOut) texts.at(-1)?.pop();
    const characters = depth === 0 && !isRepetition ? charactersOf(token[0], quoted) : null;
    if (characters === null) texts.push([]);
    else texts.at(-1)?.push(...characters);
    if (token[0] === ")") depth -= 1;
  }
  const found = texts.filter(({ length }) => length > 0).map((characters) => characters.join(""));
  const isFolded = caseInsensitive || IGNORES_CASE.test(source);
  return found.length === 0 ? null : { texts: found, isFolded };
}

/** The characters for which a token stands; null where it stands for others too. */
function charactersOf(token: string, quoted: string | undefined): readonly string[] | null {
  if (quoted !== undefined) return [...quoted];
  if (ESCAPED_SIGN.test(token)) return [token.slice(1)];
  return token === ")" || NO_LITERAL.test(token) ? null : [token];
}
