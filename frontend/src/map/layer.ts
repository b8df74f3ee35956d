import type { Alert, FloodPicture, Indicator, IndicatorState, ReportCounts, Severity } from '../api/types.ts';
import { figure } from '../ui/format.ts';

/*
 * What a choropleth shows: one value per area, and fixed class limits, so that
 * a colour means the same tomorrow. Limits come from the layer or from an
 * indicator's declaration, never from today's values.
 */
export interface Layer {
  id: string;
  title: string;
  unit: string;
  decimals: number;
  /** Lower limits of classes 2 to 5; class 1 is above zero or above `floor`. */
  limits: [number, number, number, number];
  /** Values up to and including this one get the ground colour of the ramp. */
  floor: number | null;
  values: ReadonlyMap<string, number>;
  /** Time of the data in milliseconds, 0 when unknown. */
  at: number;
  /** How many observations or reports are behind it. */
  n: number;
  /** Colours of risk instead of the ramp of quantities. */
  palette?: 'risk';
  /** What the classes are called, from the ground colour on, where values are not figures. */
  names?: readonly string[];
}

/** The CSS variable of a class's colour. */
export const colourOf = (layer: Layer, c: number) => `--${layer.palette ?? 'ramp'}-${c}`;

/** A value as it is written: its figure, or the name of its class. */
export function valueText(layer: Layer, value: number | undefined): string | undefined {
  const c = classOf(layer, value);
  if (c === null || value === undefined) return undefined;
  return layer.names ? layer.names[c] : figure(value, layer.decimals);
}

/** The class of a value: 0 the ground colour, 1 to 5 the ramp, null for no data. */
export function classOf(layer: Layer, value: number | undefined): number | null {
  if (value === undefined) return null;
  if (layer.floor !== null && value <= layer.floor) return 0;
  return 1 + layer.limits.filter((limit) => value >= limit).length;
}

/** Class limits of counts by the hours they add up over, for a kelurahan and for a kecamatan. */
const limitsOfReports: Record<'kelurahan' | 'kecamatan', Record<number, Layer['limits']>> = {
  kelurahan: { 24: [3, 6, 11, 21], 168: [6, 16, 31, 61], 720: [21, 51, 101, 201] },
  kecamatan: { 24: [6, 16, 31, 61], 168: [31, 76, 151, 301], 720: [101, 251, 501, 1001] },
};

/** The limits that counts over so many hours are shown by, at a level. */
export const reportLimits = (hours: number, level: 'kelurahan' | 'kecamatan' = 'kelurahan') =>
  limitsOfReports[level][hours] ?? limitsOfReports[level][168] ?? [6, 16, 31, 61];

/** How values of kelurahan become one of their kecamatan: as the indicator adds up its own stations. */
export type Aggregation = Indicator['aggregation'];

/** Brings values of kelurahan to their kecamatan; a kecamatan with a value of its own keeps it. */
export function toDistricts(
  values: ReadonlyMap<string, number>,
  codes: readonly string[],
  by: Aggregation,
): Map<string, number> {
  const out = new Map<string, number>();
  for (const code of codes) {
    const own = values.get(code);
    const inside = [...values].filter(([c]) => c.startsWith(`${code}.`)).map(([, v]) => v);
    const sum = inside.reduce((a, b) => a + b, 0);
    if (own !== undefined) out.set(code, own);
    else if (inside.length > 0)
      out.set(code, by === 'sum' ? sum : by === 'mean' ? sum / inside.length : Math.max(...inside));
  }
  return out;
}

/** Brings values to kelurahan: what is measured by kecamatan holds for its kelurahan. */
export function toVillages(
  values: ReadonlyMap<string, number>,
  codes: readonly string[],
): Map<string, number> {
  const out = new Map<string, number>();
  for (const code of codes) {
    const value = values.get(code) ?? values.get(code.split('.').slice(0, 3).join('.'));
    if (value !== undefined) out.set(code, value);
  }
  return out;
}

export interface LayerText {
  title: string;
  unit: string;
}

/** Reports received per area in a span, of one category or of all. */
export function reportLayer(
  counts: ReportCounts,
  codes: readonly string[],
  category: string,
  hours: number,
  text: LayerText,
  level: 'kelurahan' | 'kecamatan' = 'kelurahan',
): Layer {
  const values = new Map(codes.map((code) => [code, 0]));
  let n = 0;
  for (const row of counts.rows) {
    if (!row.area_code || (category && row.category !== category)) continue;
    const code = codes.find((c) => row.area_code === c || row.area_code?.startsWith(`${c}.`));
    if (!code) continue;
    values.set(code, (values.get(code) ?? 0) + row.count);
    n += row.count;
  }
  return {
    id: `reports:${category}`,
    ...text,
    decimals: 0,
    limits: reportLimits(hours, level),
    floor: 0,
    values,
    at: Date.parse(counts.to),
    n,
  };
}

/**
 * Class limits of an indicator: its thresholds first, filled up with even steps
 * from its lowest possible value to the highest threshold or possible value.
 */
export function indicatorLimits(indicator: Indicator, values: readonly number[]): Layer['limits'] {
  const thresholds = indicator.thresholds.filter((t) => !t.area_code).map((t) => t.value);
  const low = indicator.min ?? Math.min(0, ...thresholds);
  const top = thresholds.length
    ? Math.max(...thresholds)
    : (indicator.max ?? niceAbove(Math.max(1, ...values.map(Math.abs))));
  const step = (top - low) / 4 || 1;
  const limits = [1, 2, 3, 4].map((i) => Number((low + i * step).toPrecision(2)));
  return limits as Layer['limits'];
}

/** An indicator's latest values, already brought to the areas that are drawn. */
export function indicatorLayer(
  indicator: Indicator,
  states: readonly IndicatorState[],
  values: ReadonlyMap<string, number>,
  title: string,
): Layer {
  return {
    id: indicator.slug,
    title,
    unit: indicator.unit,
    decimals: indicator.decimals,
    limits: indicatorLimits(indicator, [...values.values()]),
    floor: indicator.min === 0 ? 0 : null,
    values,
    at: Math.max(0, ...states.map((s) => Date.parse(s.time))),
    // The city's own value, which is worked out of them, is on no map.
    n: states.filter((s) => s.area_code.split('.').length > 2).length,
  };
}

function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((f) => f * power >= value) ?? 10) * power;
}

const riskRanks: Record<Severity, number> = { info: 0, perhatian: 1, siaga: 2, awas: 3 };

/** What risks and alerts look like: ranks with names, in the colours of risk. */
export const rankLook = {
  decimals: 0,
  limits: [2, 3, 4, 5],
  floor: 0,
  palette: 'risk',
} satisfies Partial<Layer>;

/**
 * The gravest running alert of each area. One of the whole city colours
 * nothing, because it says nothing about where; it counts in n.
 */
export function alertLayer(
  alerts: readonly Alert[],
  codes: readonly string[],
  at: number,
  text: LayerText,
  names: readonly string[],
): Layer {
  const city = new Set(codes.map((c) => c.split('.').slice(0, 2).join('.')));
  const values = new Map(codes.map((code) => [code, 0]));
  for (const alert of alerts) {
    for (const area of alert.area_codes) {
      if (city.has(area)) continue;
      for (const code of codes) {
        if (code === area || code.startsWith(`${area}.`) || area.startsWith(`${code}.`))
          values.set(code, Math.max(values.get(code) ?? 0, riskRanks[alert.severity]));
      }
    }
  }
  return {
    id: 'peringatan',
    ...text,
    ...rankLook,
    limits: [2, 3, 4, 5],
    values,
    at,
    n: alerts.length,
    names,
  };
}

/** Flood risk by kelurahan for so many hours ahead. */
export function floodLayer(
  picture: FloodPicture,
  hours: 6 | 24,
  text: LayerText,
  names: readonly string[],
): Layer {
  const own = picture.risks.filter((r) => r.horizon_hours === hours);
  return {
    id: `flood:${hours}`,
    ...text,
    decimals: 0,
    limits: [2, 3, 4, 5],
    floor: 0,
    values: new Map(own.map((r) => [r.area_code, riskRanks[r.level]])),
    at: Date.parse(picture.at),
    n: own.length,
    palette: 'risk',
    names,
  };
}
