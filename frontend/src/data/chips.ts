import type { Chip, ToolCall } from '../api/assistant.ts';

/* How a question was understood, changed by hand: one field of the tool's input. */

/** How the value of a field is picked. */
export type Picker =
  | 'area'
  | 'category'
  | 'indicator'
  | 'measure'
  | 'office'
  | 'channel'
  | 'status'
  | 'dimension'
  | 'period'
  | 'order'
  | 'level'
  | 'flag'
  | 'number'
  | 'day'
  | 'text';

const pickers: Record<string, Picker> = {
  area: 'area',
  against_area: 'area',
  category: 'category',
  against_category: 'category',
  against_office: 'office',
  indicator: 'indicator',
  measure: 'measure',
  office: 'office',
  channel: 'channel',
  status: 'status',
  by: 'dimension',
  period: 'period',
  against_period: 'period',
  order: 'order',
  level: 'level',
  change: 'flag',
  limit: 'number',
  top: 'number',
  days: 'number',
  working_days: 'number',
  radius_m: 'number',
  day: 'day',
  place: 'text',
  words: 'text',
  source: 'text',
};

/** How a chip is changed; undefined for one that cannot be, such as an incident's number. */
export const pickerOf = (kind: string): Picker | undefined => pickers[kind];

/** Fields without which the tool has nothing to answer. */
const needed = new Set(['measure', 'indicator', 'place']);
export const mayBeEmpty = (kind: string) => !needed.has(kind);

/** The fields of a call's input. */
export const fields = (call: Pick<ToolCall, 'input'>) => (call.input ?? {}) as Record<string, unknown>;

/** A call with one field changed; "" takes the field out. What was assumed is then said. */
export function changed(call: ToolCall, chip: Chip, value: string): ToolCall {
  const input = { ...fields(call) };
  if (value === '') delete input[chip.kind];
  else input[chip.kind] = typed(chip.kind, value);
  if (Array.isArray(input.assumed)) {
    const left = input.assumed.filter((name) => name !== chip.kind);
    if (left.length > 0) input.assumed = left;
    else delete input.assumed;
  }
  return { tool: call.tool, input };
}

function typed(kind: string, value: string): unknown {
  const picker = pickerOf(kind);
  if (picker === 'number') return Number(value);
  if (picker === 'flag') return value === 'true';
  return value;
}

/** Names of periods that the server reads and people say most. */
export const periodNames = [
  'hari_ini',
  'kemarin',
  'minggu_ini',
  'minggu_lalu',
  'bulan_ini',
  'bulan_lalu',
  'triwulan_ini',
  'triwulan_lalu',
  'tahun_ini',
  'tahun_lalu',
  '24_jam_terakhir',
  '7_hari_terakhir',
  '14_hari_terakhir',
  '30_hari_terakhir',
  '90_hari_terakhir',
  'sampai_kini',
] as const;

/** The name of a stretch of days, both included: "2026-01-05..2026-01-20", or one month or day alone. */
export function rangeName(from: string, to: string): string {
  if (!from || !to || from > to) return '';
  return from === to ? from : `${from}..${to}`;
}
