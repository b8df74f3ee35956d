/* Rules that officers change on Pengaturan: each a row with its source, each change a new row with its reason. */

export interface Rule {
  id: number;
  source: string;
  changed_at: string;
  changed_by: string;
  reason?: string;
  /** Its first day; one without holds from the moment it was set. */
  effective_on?: string;
}

/** A rule in force, and all there are of it, newest first. */
export interface Standing<R extends Rule> {
  rule: R;
  history: readonly R[];
}

/** On what a change rests, from when, and why; no day for one that holds at once. */
export interface Grounds {
  source: string;
  effective_on: string;
  reason: string;
}

export const whole = (g: Grounds, dated: boolean): boolean =>
  g.source.trim().length >= 3 && g.reason.trim().length >= 10 && (!dated || !!g.effective_on);

/** Whether a field holds a whole number within bounds; a field for numbers hands over a number, or null. */
export const between = (held: string | number | null, least: number, most: number): boolean => {
  const n = String(held ?? '').trim() === '' ? NaN : Number(held);
  return Number.isInteger(n) && n >= least && n <= most;
};
