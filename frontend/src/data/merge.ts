import type { Change } from '../api/types.ts';

/** Applies changes to a list of things with keys; the list given is not touched. */
export function merge<T>(list: readonly T[], changes: readonly Change[], keyOf: (thing: T) => string): T[] {
  const latest = new Map(changes.map((c) => [c.key, c]));
  const kept: T[] = [];
  for (const thing of list) {
    const key = keyOf(thing);
    const change = latest.get(key);
    if (!change) {
      kept.push(thing);
    } else if (change.op === 'put') {
      kept.push(change.data as T);
      latest.delete(key);
    }
  }
  for (const change of latest.values()) {
    if (change.op === 'put') kept.push(change.data as T);
  }
  return kept;
}
