import type { EffectPoint } from '../../api/types.ts';
import type { Scale } from '../../charts/band-line.ts';

/** Paths of an effect's chart in a box of width × height; days without a value are gaps. */
export function effectPaths(
  points: readonly EffectPoint[],
  scale: Scale,
  width: number,
  height: number,
): { seen: string; expected: string; others: string; band: string } {
  const x = (i: number) => (points.length > 1 ? (i / (points.length - 1)) * width : width / 2);
  const y = (v: number) => height - ((v - scale.low) / (scale.high - scale.low)) * height;
  const at = (i: number, v: number) => `${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
  const path = (of: (p: EffectPoint) => number | null) => {
    let out = '';
    let joined = false;
    points.forEach((p, i) => {
      const v = of(p);
      if (v !== null) out += `${joined ? 'L' : 'M'}${at(i, v)}`;
      joined = v !== null;
    });
    return out;
  };
  const banded = points.flatMap((p, i) => (p.low !== null && p.high !== null ? [i] : []));
  const edge = (side: 'low' | 'high', order: number[]) => order.map((i) => at(i, points[i]?.[side] ?? 0));
  const band = banded.length
    ? `M${[...edge('high', banded), ...edge('low', banded.toReversed())].join('L')}Z`
    : '';
  return {
    seen: path((p) => p.seen),
    expected: path((p) => p.expected),
    others: path((p) => p.others),
    band,
  };
}
