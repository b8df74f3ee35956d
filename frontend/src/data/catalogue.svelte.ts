import { api, deadline, take } from '../api/client.ts';
import type { Category, Office } from '../api/types.ts';
import { local } from '../ui/i18n.svelte.ts';
import { Remote } from './remote.svelte.ts';

/** The catalogues reports refer to: categories and offices. */
class Catalogue {
  readonly categories = new Remote<Category[]>((signal) =>
    take(api.GET('/api/categories', { signal: deadline(signal) })),
  );
  readonly offices = new Remote<Office[]>((signal) =>
    take(api.GET('/api/offices', { signal: deadline(signal) })),
  );
  #names = $derived(new Map((this.categories.value ?? []).map((c) => [c.slug, c])));

  /** The name of a category in the chosen language; the slug when it is unknown. */
  category(slug: string | undefined): string {
    if (!slug) return '';
    const found = this.#names.get(slug);
    return found ? local(found.name, found.name_en) : slug;
  }
  has(slug: string): boolean {
    return this.#names.has(slug);
  }
  /** Offices that can own a matter of the whole city: OPD and city-owned companies. */
  get owners(): Office[] {
    return (this.offices.value ?? []).filter((o) => o.kind === 'opd' || o.kind === 'bumd');
  }
  ensure(): void {
    this.categories.ensure();
    this.offices.ensure();
  }
}

export const catalogue = new Catalogue();
