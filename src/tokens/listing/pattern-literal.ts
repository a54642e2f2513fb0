import type { Pattern } from "./pattern.ts";
import { IGNORES_CASE, patternTokens } from "./pattern-cost.ts";

/** A text that every match of a pattern contains. */
export interface Literal {
  readonly text: string;
  /** Whether a match may have it in other case. */
  readonly isFolded: boolean;
}

const ESCAPED_SIGN = /^\\[^0-9A-Za-z]$/u;
const NO_LITERAL = /^(?:[.^$]|[[\\].+)$/su;

/**
 * Returns the longest text that every match of a pattern surely contains; null where none is sure. It looks at the
 * characters outside groups alone, and at none with a repetition.
 */
export function requiredLiteral({
  source,
  caseInsensitive,
}: Pick<Pattern, "source" | "caseInsensitive">): Literal | null {
  const texts: string[][] = [[]];
  let depth = 0;
  for (const token of patternTokens(source)) {
    const { nothing, quoted, least, repeating, open } = token.groups ?? {};
    if (nothing !== undefined) continue;
    if (open !== undefined) depth += 1;
    if (token[0] === "|" && depth === 0) return null;
    if (depth === 0 && (least ?? repeating) !== undefined) texts.at(-1)?.pop();
    const characters =
      depth === 0 ? charactersOf(token[0], quoted, (least ?? repeating) !== undefined) : null;
    if (characters === null) texts.push([]);
    else texts.at(-1)?.push(...characters);
    if (token[0] === ")") depth -= 1;
  }
  const [longest = []] = texts.toSorted((one, other) => other.length - one.length);
  const isFolded = caseInsensitive || IGNORES_CASE.test(source);
  return longest.length === 0 ? null : { text: longest.join(""), isFolded };
}

/** The characters for which a token stands; null where it stands for others too. */
function charactersOf(
  token: string,
  quoted: string | undefined,
  isRepetition: boolean,
): readonly string[] | null {
  if (quoted !== undefined) return [...quoted];
  if (ESCAPED_SIGN.test(token)) return [token.slice(1)];
  return isRepetition || token === ")" || NO_LITERAL.test(token) ? null : [token];
}
