import type { EffectPoint } from '../../api/types.ts';
import { axes, bandOutline, type Scale } from '../../charts/band-line.ts';

/** Paths of an effect's chart in a box of width × height; days without a value are gaps. */
export function effectPaths(
  points: readonly EffectPoint[],
  scale: Scale,
  width: number,
  height: number,
): { seen: string; expected: string; others: string; band: string } {
  const { at } = axes(points.length, scale, width, height);
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
  return {
    seen: path((p) => p.seen),
    expected: path((p) => p.expected),
    others: path((p) => p.others),
    band: bandOutline(points, at),
  };
}
