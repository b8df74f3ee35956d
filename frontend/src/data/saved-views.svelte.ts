import { address, type Query } from '../address.ts';

/** A filter of the reports under a name, as the query of its address. */
export interface SavedView {
  name: string;
  query: Query;
}

/** So many fit in a row that one can still read. */
export const mostViews = 8;
/** Letters of a name. */
export const longestName = 30;

const keyOf = (officer: number) => `balaikota.views.${officer}`;

/** What of an address is a filter: nothing empty, always in the same order. */
function tidy(query: Query): Query {
  return Object.fromEntries(
    Object.entries(query)
      .filter(([, value]) => value)
      .sort(([a], [b]) => a.localeCompare(b)),
  ) as Query;
}

const isView = (v: unknown): v is SavedView =>
  typeof v === 'object' &&
  v !== null &&
  typeof (v as SavedView).name === 'string' &&
  !!(v as SavedView).query;

/** The named views of one officer on this device. */
export class SavedViews {
  list = $state.raw<readonly SavedView[]>([]);
  readonly #key: string;

  constructor(officer: number) {
    this.#key = keyOf(officer);
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? '[]');
      if (Array.isArray(kept)) this.list = kept.filter(isView).slice(0, mostViews);
    } catch {
      // What cannot be read is not kept either.
    }
  }

  /** The one whose filter is in force. */
  current(query: Query): SavedView | undefined {
    const here = address('', tidy(query));
    return this.list.find((v) => address('', tidy(v.query)) === here);
  }

  /** Keeps a filter under a name; the same name again is another filter. */
  save(name: string, query: Query): void {
    const view = { name: name.trim().slice(0, longestName), query: tidy(query) };
    if (!view.name) return;
    this.#keep([...this.list.filter((v) => v.name !== view.name), view].slice(-mostViews));
  }

  remove(name: string): void {
    this.#keep(this.list.filter((v) => v.name !== name));
  }

  #keep(list: readonly SavedView[]): void {
    this.list = list;
    try {
      localStorage.setItem(this.#key, JSON.stringify(list));
    } catch {
      // A private window may refuse storage; the views then last until reload.
    }
  }
}
