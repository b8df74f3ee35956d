import type { Key } from '../../ui/i18n.svelte.ts';

/*
 * Our fields, as the form of a mapping shows them. connectors/mapping/field.go is the
 * truth about their names and types; a test holds this list against it.
 */
export type Kind = 'reports' | 'observations';
export const kinds: readonly Kind[] = ['reports', 'observations'];

interface Field {
  type: 'text' | 'time' | 'number';
  /** Required by the server; likely in most tables; rare ones are a fold away. */
  place: 'required' | 'likely' | 'rare';
}
const text = (place: Field['place'] = 'rare'): Field => ({ type: 'text', place });
const time = (place: Field['place'] = 'rare'): Field => ({ type: 'time', place });
const number = (place: Field['place'] = 'rare'): Field => ({ type: 'number', place });

const reports = {
  external_id: text('required'),
  created_at: time('required'),
  text: text('required'),
  category: text('likely'),
  status: text('likely'),
  area: text('likely'),
  address: text('likely'),
  lat: number('likely'),
  lon: number('likely'),
  updated_at: time(),
  responded_at: time(),
  closed_at: time(),
  channel: text(),
  office: text(),
  media_url: text(),
  reporter_name: text(),
  reporter_phone: text(),
  reporter_email: text(),
  reporter_handle: text(),
  secrecy: text(),
  flag: text(),
};
const observations = {
  indicator: text('required'),
  time: time('required'),
  value: number('required'),
  area: text('likely'),
  station: text('likely'),
  lat: number(),
  lon: number(),
  unit: text(),
  issued_at: time(),
};
export type FieldName = keyof typeof reports | keyof typeof observations;
export type OurField = Field & { name: FieldName };

const listed = (all: Partial<Record<FieldName, Field>>) =>
  Object.entries(all).map(([name, field]) => ({ ...field, name: name as FieldName }));
export const ourFields: Record<Kind, OurField[]> = {
  reports: listed(reports),
  observations: listed(observations),
};

const labels = new Set<string>([...Object.keys(reports), ...Object.keys(observations)]);
/** The text that names a field of ours; undefined for a name that is none. */
export const labelOf = (name: string): Key | undefined =>
  labels.has(name) ? `source.map.field.${name as FieldName}` : undefined;

/** The field that a place of the server's is about: "mapping.fields.time.zone" is about time. */
export const fieldAt = (at: string | undefined) => /^mapping\.fields\.([^.[]+)/.exec(at ?? '')?.[1];

/**
 * How a moment may be written, by Go's layout; the most usual in Indonesia first. Where
 * a day or month may have one digit or two, the layout is the one that takes both.
 */
export const layouts = [
  '2006-1-2',
  '2006-01-02 15:04:05',
  '2006-01-02 15:04',
  '2006-01-02T15:04:05',
  '2-1-2006',
  '2-1-2006 15.04',
  '2-1-2006 15:04',
  '2-1-2006 15:04:05',
  '2/1/2006',
  '2/1/2006 15:04',
  '2/1/2006 15:04:05',
  '2.1.2006',
  '2 January 2006',
  '2 January 2006 15.04',
  '2 January 2006 15:04',
  '2 Jan 2006',
  '1/2/2006',
  'January 2006',
  '2006-1',
  '1/2006',
  '20060102',
  '2006',
  'unix',
  'unix_ms',
];
/** What is taken where a mapping names no layout. */
export const usualLayout = '2006-01-02T15:04:05Z07:00';

// 23 November 2026, 09.15.00 in WITA.
const tokens: Record<string, string> = {
  '2006': '2026',
  '06': '26',
  January: 'November',
  Jan: 'Nov',
  '01': '11',
  '1': '11',
  '02': '23',
  _2: '23',
  '2': '23',
  Monday: 'Senin',
  Mon: 'Sen',
  '15': '09',
  '03': '09',
  '3': '9',
  '04': '15',
  '4': '15',
  '05': '00',
  '5': '0',
  PM: 'AM',
  MST: 'WITA',
  'Z07:00': '+08:00',
  Z0700: '+0800',
  '-07:00': '+08:00',
  '-0700': '+0800',
  '-07': '+08',
};
const token = new RegExp(
  Object.keys(tokens)
    .sort((a, b) => b.length - a.length)
    .join('|'),
  'g',
);

/** A moment written in a layout: "02-01-2006" is 23-11-2026. */
export function exampleOf(layout: string): string {
  if (layout === 'unix') return '1795396500';
  if (layout === 'unix_ms') return '1795396500000';
  return layout.replace(token, (t) => tokens[t] ?? t);
}

/** How numbers are written as text: the mapping's word, and an example. */
export const numberStyles = [
  ['plain', '1234.5'],
  ['id', '1.234,5'],
  ['en', '1,234.5'],
] as const;
