import type { ScreenContext } from '../api/assistant.ts';
import type { Query } from '../address.ts';
import { areas } from './areas.svelte.ts';
import { catalogue } from './catalogue.svelte.ts';
import { indicators } from './indicators.svelte.ts';

/** What one look at a screen is about, and a question that fits it. */
export interface Subject {
  screen: ScreenContext;
  /** What it is called on screen: "Sempaja Timur", "Kejadian 301". */
  name: string;
  question: string;
}

/*
 * Questions are put in Indonesian in either language of the screen: it is the
 * language the assistant understands.
 */
const ranks: Record<string, string> = { kecamatan: 'Kecamatan ', kelurahan: 'Kelurahan ' };

/** With its rank, for a kecamatan and a kelurahan may bear one name. */
const ranked = (code: string): string => (ranks[areas.get(code)?.level ?? ''] ?? '') + areas.name(code);

export const aboutArea = (code: string): Subject => ({
  screen: { area: code },
  name: areas.fullName(code),
  question: `Bagaimana keadaan ${ranked(code)} sekarang?`,
});
export const aboutIndicator = (slug: string, area = ''): Subject => {
  const name = indicators.get(slug)?.name ?? slug;
  return {
    screen: { indicator: slug, ...(area && { area }) },
    name,
    question: `Bagaimana ${name} 7 hari terakhir?`,
  };
};
export const aboutIncident = (id: number, title = ''): Subject => ({
  screen: { incident: id },
  name: title || `Kejadian ${id}`,
  question: `Jelaskan kejadian ${id}.`,
});
export const aboutCategory = (slug: string, area = ''): Subject => {
  const name = catalogue.categories.value?.find((c) => c.slug === slug)?.name ?? slug;
  return {
    screen: { category: slug, ...(area && { area }) },
    name,
    question: `Berapa laporan ${name.toLowerCase()} 7 hari terakhir?`,
  };
};
export const aboutReports: Subject = {
  screen: {},
  name: '',
  question: 'Berapa laporan masuk hari ini dibanding kemarin?',
};

/** What the screen at an address is about; undefined where it is about nothing in particular. */
export function subjectOf(parts: readonly string[], query: Query): Subject | undefined {
  const [view = '', id = ''] = parts;
  const area = query.wilayah ?? '';
  if (view === 'kejadian' && Number(id) > 0) return aboutIncident(Number(id));
  if (view === '' && query.indikator) return aboutIndicator(query.indikator);
  if (view === 'peta' && query.lapisan) {
    if (catalogue.has(query.lapisan)) return aboutCategory(query.lapisan, area);
    if (indicators.get(query.lapisan)) return aboutIndicator(query.lapisan, area);
  }
  if (query.kategori) return aboutCategory(query.kategori, area);
  return area ? aboutArea(area) : undefined;
}

/** The panel in which one asks from anywhere. */
class Asking {
  open = $state(false);
  subject = $state.raw<Subject | undefined>(undefined);

  /** Opens the panel; the suggested question is written down, not sent. */
  about(subject: Subject | undefined): void {
    this.subject = subject;
    this.open = true;
  }
  close(): void {
    this.open = false;
  }
}

export const asking = new Asking();
