/** The items of a list with commas between them; empty for an empty text. */
export function listItems(text: string): readonly string[] {
  return text === "" ? [] : text.split(",").map((part) => part.trim());
}
