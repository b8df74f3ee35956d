/** One point of a line that may have a band around it. */
export interface BandPoint {
  value: number | null;
  low?: number | undefined;
  high?: number | undefined;
}

export interface Scale {
  low: number;
  high: number;
  /** Values at which a line of the grid is drawn. */
  ticks: number[];
}

/** Round values around those given: 1, 2 or 5 times a power of ten apart, at most about five. */
export function scaleOf(values: readonly number[], fromZero: boolean): Scale {
  const least = Math.min(...values, ...(fromZero ? [0] : []));
  const most = Math.max(...values, ...(fromZero ? [0] : []));
  if (values.length === 0) return { low: 0, high: 1, ticks: [0, 1] };
  const span = most - least || Math.abs(most) || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((f) => f * power >= rough) ?? 10) * power;
  const low = Math.floor(least / step + 1e-9) * step;
  const high = Math.max(low + step, Math.ceil(most / step - 1e-9) * step);
  const ticks: number[] = [];
  for (let i = 0; low + i * step <= high + step / 1e6; i++)
    ticks.push(Number((low + i * step).toPrecision(12)));
  return { low, high, ticks };
}

/** Where the i-th of so many points and a value lie in a box of width × height; at is both, as paths write it. */
export function axes(count: number, scale: Scale, width: number, height: number) {
  const x = (i: number) => (count > 1 ? (i / (count - 1)) * width : width / 2);
  const y = (v: number) => height - ((v - scale.low) / (scale.high - scale.low)) * height;
  return { x, y, at: (i: number, v: number) => `${x(i).toFixed(1)} ${y(v).toFixed(1)}` };
}

/** The outline of a band, along its high edge and back along its low; "" where there is none. */
export function bandOutline(
  points: readonly { low?: number | null | undefined; high?: number | null | undefined }[],
  at: (i: number, v: number) => string,
): string {
  const within = points.flatMap((p, i) => (p.low != null && p.high != null ? [i] : []));
  const edge = (side: 'low' | 'high', order: number[]) => order.map((i) => at(i, points[i]?.[side] ?? 0));
  return within.length ? `M${[...edge('high', within), ...edge('low', within.toReversed())].join('L')}Z` : '';
}

/** Paths in a box of width × height: what is known, what is expected (has a band), and the band. */
export function bandPaths(
  points: readonly BandPoint[],
  scale: Scale,
  width: number,
  height: number,
): { known: string; expected: string; band: string } {
  const { at } = axes(points.length, scale, width, height);
  const banded = (p: BandPoint | undefined) => p?.low !== undefined && p.high !== undefined;
  let known = '';
  let expected = '';
  let joined = false;
  points.forEach((p, i) => {
    const before = points[i - 1];
    if (p.value === null) {
      joined = false;
      return;
    }
    const here = at(i, p.value);
    if (banded(p)) {
      // The expectation leaves from the last value that is known.
      if (!banded(before) && before?.value != null) expected += `M${at(i - 1, before.value)}`;
      expected += `${expected === '' || (!joined && before?.value == null) ? 'M' : 'L'}${here}`;
    } else {
      known += `${joined && !banded(before) ? 'L' : 'M'}${here}`;
    }
    joined = true;
  });
  return { known, expected, band: bandOutline(points, at) };
}
