/** A list in parts of at most so many each. */
export function chunks<Each>(list: readonly Each[], most: number): readonly (readonly Each[])[] {
  const count = Math.ceil(list.length / most);
  return Array.from({ length: count }, (_, index) => list.slice(index * most, (index + 1) * most));
}
