import { areas } from '../data/areas.svelte.ts';
import { t } from '../ui/i18n.svelte.ts';

/** Whose borders a map draws; empty while there are none. */
export function outlineNote(): string {
  if (!areas.outlines.kelurahan.value) return '';
  return areas.approximate ? t('map.approximate') : t('map.outlines', { source: areas.outlineSource });
}
