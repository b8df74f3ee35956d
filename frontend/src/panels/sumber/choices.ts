import { catalogue } from '../../data/catalogue.svelte.ts';
import { indicators } from '../../data/indicators.svelte.ts';
import { local, t } from '../../ui/i18n.svelte.ts';

/* What a field of ours may be, where that is a list: the words that are chosen from. */
export interface Choice {
  value: string;
  label: string;
}

const statuses = ['open', 'in_progress', 'closed', 'rejected'] as const;
const secrecies = ['anonim', 'rahasia', 'pelanggaran'] as const;

/** The fields whose values are ours to choose from. */
export const chosen = ['indicator', 'category', 'status', 'secrecy', 'flag'];

/** Fetches what the lists are made of. */
export function ensureChoices(): void {
  catalogue.ensure();
  indicators.declared.ensure();
}

const byLabel = (a: Choice, b: Choice) => a.label.localeCompare(b.label, 'id');

/** The choices of a field; none for one that takes any words. */
export function choicesOf(name: string): Choice[] {
  switch (name) {
    case 'indicator':
      return (indicators.declared.value ?? [])
        .map((i) => ({ value: i.slug, label: local(i.name, i.name_en) }))
        .sort(byLabel);
    case 'category':
      return (catalogue.categories.value ?? [])
        .map((c) => ({ value: c.slug, label: local(c.name, c.name_en) }))
        .sort(byLabel);
    case 'status':
      return statuses.map((value) => ({ value, label: t(`status.${value}`) }));
    case 'secrecy':
      return [
        { value: '', label: t('source.map.secrecy.none') },
        ...secrecies.map((value) => ({ value, label: t(`source.map.secrecy.${value}`) })),
      ];
    case 'flag':
      return [
        { value: '', label: t('source.map.flag_none') },
        { value: 'bukan_wewenang', label: t('flag.bukan_wewenang') },
      ];
    default:
      return [];
  }
}
