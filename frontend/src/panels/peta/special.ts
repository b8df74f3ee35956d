import { session } from '../../data/session.svelte.ts';
import { t } from '../../ui/i18n.svelte.ts';

/** A layer that is neither a category nor an indicator. */
export interface Special {
  id: string;
  /** What is fetched again every minute while it is looked at. */
  watch?: 'hotspots' | 'flood';
  /** It shows marks, not areas. */
  marks?: boolean;
  /** How it stood is not kept. */
  nowOnly?: boolean;
  /** Who may look, where not everybody may. */
  roles?: readonly string[];
  name: () => string;
}

export const specials: readonly Special[] = [
  { id: 'kejadian', marks: true, name: () => t('nav.incidents') },
  { id: 'titik-panas', watch: 'hotspots', marks: true, nowOnly: true, name: () => t('layer.hotspots') },
  { id: 'banjir-6', watch: 'flood', name: () => t('layer.flood', { n: 6 }) },
  { id: 'banjir-24', watch: 'flood', name: () => t('layer.flood', { n: 24 }) },
  {
    id: 'kamera',
    marks: true,
    nowOnly: true,
    roles: ['wali_kota', 'sekda', 'operator'],
    name: () => t('camera.layer'),
  },
  { id: 'peringatan', name: () => t('layer.alerts') },
];

/** The layers that the officer may look at. */
export const mine = (): Special[] =>
  specials.filter((s) => !s.roles || s.roles.includes(session.officer?.role ?? ''));

export const specialOf = (id: string): Special | undefined => mine().find((s) => s.id === id);

export const spanText = (hours: number) =>
  t(hours === 24 ? 'span.24h' : hours === 168 ? 'span.7d' : 'span.30d');
