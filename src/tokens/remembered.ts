/** Remembers the results of a function for the arguments that come again and again, in bounded memory. */
export function remembered<Key, Value>(compute: (key: Key) => Value, limit: number): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = compute(key);
    if (known.size === limit) known.clear();
    known.set(key, value);
    return value;
  };
}
