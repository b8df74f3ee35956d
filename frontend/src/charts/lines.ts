import type { SeriesPoint } from '../api/types.ts';

export interface Range {
  low: number;
  high: number;
}

/** The range of values with a little air; a flat line lies in the middle. */
export function rangeOf(points: readonly SeriesPoint[], also: readonly number[] = []): Range {
  const values = points.flatMap((p) => (p.value === null ? [] : [p.value])).concat(also);
  if (values.length === 0) return { low: 0, high: 1 };
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = (high - low || Math.abs(high) || 1) * 0.08;
  return { low: low - air, high: high + air };
}

/** SVG paths of a line with gaps where values are missing, in width × height. */
export function linePaths(
  points: readonly SeriesPoint[],
  range: Range,
  width: number,
  height: number,
): { line: string; area: string; end: { x: number; y: number } | undefined } {
  const first = Date.parse(points[0]?.time ?? '');
  const span = Date.parse(points.at(-1)?.time ?? '') - first || 1;
  const y = (v: number) => height - ((v - range.low) / (range.high - range.low)) * height;
  let line = '';
  let area = '';
  let start: number | undefined;
  let end: { x: number; y: number } | undefined;
  const close = (x: number) => {
    if (start !== undefined) area += `L${x.toFixed(1)} ${height}L${start.toFixed(1)} ${height}Z`;
    start = undefined;
  };
  for (const point of points) {
    const x = ((Date.parse(point.time) - first) / span) * width;
    if (point.value === null) {
      if (end) close(end.x);
      continue;
    }
    const at = `${x.toFixed(1)} ${y(point.value).toFixed(1)}`;
    line += `${start === undefined ? 'M' : 'L'}${at}`;
    area += `${start === undefined ? 'M' : 'L'}${at}`;
    start ??= x;
    end = { x, y: y(point.value) };
  }
  if (end) close(end.x);
  return { line, area, end };
}
