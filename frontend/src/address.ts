/** The query of an address: every view has one that can be sent on. */
export type Query = Record<string, string>;

/** An address from a path and the query entries that are not empty. */
export function address(path: string, query: Query = {}): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '');
  const search = new URLSearchParams(kept).toString();
  return search ? `${path}?${search}` : path;
}
