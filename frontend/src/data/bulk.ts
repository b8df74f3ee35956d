import { Problem } from '../api/problem.ts';
import type { Report } from '../api/types.ts';

/*
 * What is done to many reports at once: which are chosen, what became of each,
 * and how it is taken back. One after another, so that a stop leaves each
 * report either done or untouched, and each refusal has its report.
 */

/** The most reports that are changed in one go. */
export const mostChosen = 200;

/** The chosen with one more or one fewer. */
export function toggled(chosen: ReadonlySet<number>, id: number): ReadonlySet<number> {
  const next = new Set(chosen);
  if (!next.delete(id) && next.size < mostChosen) next.add(id);
  return next;
}

/** The chosen with all between two reports of the list, both included; as many as may be. */
export function stretched(
  chosen: ReadonlySet<number>,
  list: readonly { id: number }[],
  from: number,
  to: number,
): ReadonlySet<number> {
  const [a, b] = [list.findIndex((r) => r.id === from), list.findIndex((r) => r.id === to)];
  if (b < 0) return chosen;
  const next = new Set(chosen);
  const [first, last] = a < 0 ? [b, b] : [Math.min(a, b), Math.max(a, b)];
  for (const r of list.slice(first, last + 1)) if (next.size < mostChosen) next.add(r.id);
  return next;
}

/** What became of one report. */
export interface Outcome {
  id: number;
  /** What it carried before, "" for nothing. */
  was: string;
  problem?: Problem;
}

/**
 * Does something to each report in turn until the signal says stop. A refusal
 * is an outcome and the next goes on; without a network the rest is not tried.
 */
export async function inTurn(
  reports: readonly { id: number; was: string }[],
  act: (id: number) => Promise<unknown>,
  signal: AbortSignal,
  told: (outcomes: readonly Outcome[]) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { id, was } of reports) {
    if (signal.aborted) break;
    try {
      await act(id);
      outcomes.push({ id, was });
    } catch (cause) {
      const problem = cause instanceof Problem ? cause : Problem.unreachable(cause);
      outcomes.push({ id, was, problem });
      if (problem.code === 'unreachable' || problem.code === 'unauthorized') {
        told([...outcomes]);
        break;
      }
    }
    told([...outcomes]);
  }
  return outcomes;
}

/** Those that were done and can be taken back: what stood there before was something else. */
export function takenBack(outcomes: readonly Outcome[], value: string): { id: number; was: string }[] {
  return outcomes
    .filter((o) => !o.problem && o.was !== '' && o.was !== value)
    .map((o) => ({ id: o.id, was: o.was }));
}

/** The incidents that the chosen reports belong to, most of them first, and the reports that belong to none. */
export function incidentsOf(reports: readonly Report[]): { ids: number[]; without: number[] } {
  const counts = new Map<number, number>();
  const without: number[] = [];
  for (const r of reports) {
    if (r.incident_id) counts.set(r.incident_id, (counts.get(r.incident_id) ?? 0) + 1);
    else without.push(r.id);
  }
  const ids = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([id]) => id);
  return { ids, without };
}
