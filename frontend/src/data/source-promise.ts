/** The intervals that sources mostly promise, in seconds: 5 minutes to 30 days. */
export const promises = [300, 900, 3600, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000];

/** The units of any other, in seconds, the largest first. */
export const units = [86_400, 3600, 60] as const;
export type Unit = (typeof units)[number];

/** The longest that a source may promise, in seconds: a year. */
export const longest = 31_536_000;

/** An interval in the largest unit of which it is a whole number; else in minutes, rounded up. */
export function partsOf(seconds: number): { n: number; unit: Unit } {
  const unit = units.find((u) => seconds > 0 && seconds % u === 0) ?? 60;
  return { n: Math.ceil(seconds / unit), unit };
}

/** The seconds of a number that somebody wrote: at least one unit, at most a year. */
export function secondsOf(n: number, unit: Unit): number {
  return Math.min(longest, Math.max(1, Math.round(n) || 1) * unit);
}
