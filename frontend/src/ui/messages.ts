/** Values that a text on screen may name. */
export type Params = Record<string, string | number>;

/**
 * Fills a text: {name} becomes the value; {n#report|reports} becomes the first
 * form when n is 1 and the second otherwise. backend/i18n fills the same way.
 */
export function fill(text: string, params: Params = {}): string {
  return text.replace(
    /\{(\w+)(?:#([^|}]*)\|([^}]*))?\}/g,
    (whole, name: string, one?: string, other?: string) => {
      const value = params[name];
      if (value === undefined) return whole;
      if (one === undefined) return String(value);
      return Number(value) === 1 ? one : (other ?? '');
    },
  );
}
