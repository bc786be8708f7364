/**
 * Puts an entry last in a map of at most `most` entries; if there are more, the first is dropped. A
 * map keeps insertion order, so the first entry is the one put least recently.
 */
export function putLast<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
  most: number,
): void {
  map.delete(key);
  map.set(key, value);
  dropFirst(map, most);
}

/** The same for a set. */
export function addLast<Value>(set: Set<Value>, value: Value, most: number): void {
  set.delete(value);
  set.add(value);
  dropFirst(set, most);
}

function dropFirst<Key>(from: Map<Key, unknown> | Set<Key>, most: number): void {
  if (from.size <= most) return;
  const [first] = from.keys();
  if (first !== undefined) from.delete(first);
}
