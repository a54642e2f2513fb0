/** How many characters a text has, counted as Unicode does: an emoji is one. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * In this order: characters without a look of their own (controls, format characters such as bidirectional ones,
 * spaces other than the plain one, ends of lines, private and unassigned characters, surrogates, variation selectors
 * and all else that Unicode lets a program leave out); characters that look like a blank; a mark that is not on a
 * letter, a number or a symbol; the fifth and later marks on one letter, as UTS #39, section 5.4, advises; and text that
 * looks like a sign that `visible` makes.
 */
const UNCLEAR = new RegExp(
  [
    String.raw`(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]`,
    String.raw`[\u2800\ufffc\u{13441}\u{13442}\u{16fe4}\u{1d159}]`,
    String.raw`(?<![\p{L}\p{N}\p{M}\p{So}])\p{M}`,
    String.raw`(?<=[\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]`,
    String.raw`⟨(?=U\+[0-9A-F]{4,6}⟩)`,
  ].join("|"),
  "u",
);

const EMOJI_OR_UNCLEAR = new RegExp(String.raw`(\p{RGI_Emoji})|${UNCLEAR.source}`, "gv");

/**
 * The text for people to read, on one line, with nothing hidden in it: each character that cannot be seen, that
 * reorders its neighbours or that has no agreed look becomes a sign such as `⟨U+202E⟩`. Two different texts stay
 * different. A plain space stays, and so does an emoji that Unicode recommends for general use (RGI, UTS #51), with
 * the joiners, selectors and tags inside it: each of those sequences has a look of its own. Joiners elsewhere are
 * marked, also where Persian or an Indic script needs them.
 *
 * Letters that look alike, such as Latin and Cyrillic `a`, stay as they are: the id tells tokens apart. Text for
 * programs, such as JSON, must not go through this.
 */
export function visible(text: string): string {
  if (!UNCLEAR.test(text)) return text;
  return text.replaceAll(EMOJI_OR_UNCLEAR, (found: string, emoji?: string) => emoji ?? sign(found));
}

function sign(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `⟨U+${hex.padStart(4, "0")}⟩`;
}
