import { untrack } from 'svelte';
import { api, deadline, take } from '../api/client.ts';
import type {
  Change,
  CorrectionField,
  Report,
  ReportCounts,
  ReportDetail,
  ReportFigures,
} from '../api/types.ts';
import { clock } from '../ui/clock.svelte.ts';
import { dayStart } from '../ui/format.ts';
import { live } from './live.svelte.ts';
import { merge } from './merge.ts';
import { Remote, RemoteMap } from './remote.svelte.ts';

/** The newest reports kept for lists and for the map's points. */
export const newestLimit = 500;
/** Figures and counts are asked for again at most this often while reports arrive. */
const settle = 5000;

export const newestFirst = (a: Report, b: Report) =>
  Date.parse(b.created_at) - Date.parse(a.created_at) || b.id - a.id;

/** A mark of arrival is shown for seconds; after this long it is forgotten. */
const arrivedFor = 5 * 60_000;

/** A report past its norm: not closed, not rejected, due before now. */
export function overdue(report: Report, now: number): boolean {
  const unfinished = report.status === 'open' || report.status === 'in_progress';
  return unfinished && report.due_at !== undefined && Date.parse(report.due_at) < now;
}

/** A span of time that the map and the figures look at. */
export interface Span {
  hours: number;
  /** How many spans back from now, 0 for the latest. */
  back: number;
}

export function spanLimits(span: Span, now: number): { from: number; to: number } {
  const length = span.hours * 3_600_000;
  const to = now - span.back * length;
  return { from: to - length, to };
}

type ChangeListener = (changes: Change[]) => void;

class ReportStore {
  readonly newest = new Remote<Report[]>(async (signal) => {
    const query = { limit: newestLimit };
    return (await take(api.GET('/api/reports', { params: { query }, signal: deadline(signal) }))).items;
  });
  /** Today, from midnight in the city. */
  readonly figures = new Remote<ReportFigures>((signal) => {
    const query = { from: new Date(dayStart(clock.read())).toISOString() };
    return take(api.GET('/api/reports/figures', { params: { query }, signal: deadline(signal) }));
  });
  span = $state.raw<Span>({ hours: 24, back: 0 });
  readonly counts = new Remote<ReportCounts>((signal) => {
    const { from, to } = spanLimits(this.span, clock.read());
    const query = {
      by: 'area,category',
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
    };
    return take(api.GET('/api/reports/counts', { params: { query }, signal: deadline(signal) }));
  });
  /** Ids that arrived while the page was open, with the time, for a short mark. */
  readonly arrived = new Map<number, number>();
  readonly #details = new RemoteMap<ReportDetail>((key, signal) => {
    const params = { path: { id: Number(key) } };
    return take(api.GET('/api/reports/{id}', { params, signal: deadline(signal) }));
  });
  #listeners = new Set<ChangeListener>();
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    live.follow('reports', {
      snapshot: (s) => {
        this.newest.put(s.reports ?? []);
        this.#refresh(0);
      },
      changes: (changes) => this.#take(changes),
    });
  }

  /** Hears of every change; returns how to stop. */
  onChanges(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One report in full; undefined for a moment at first. */
  detail(id: number): Remote<ReportDetail> | undefined {
    return this.#details.get(String(id));
  }

  /** Puts a field of a report right; the machine learns from it. The answer is the report as it stands. */
  async correct(id: number, field: CorrectionField, value: string): Promise<ReportDetail> {
    const params = { path: { id } };
    const body = { field, value };
    const now = await take(api.POST('/api/reports/{id}/correction', { params, body, signal: deadline() }));
    for (const [key, detail] of this.#details.entries()) if (key === String(id)) detail.put(now);
    return now;
  }
  clear(): void {
    this.#details.clear();
    this.arrived.clear();
  }

  look(span: Span): void {
    untrack(() => {
      if (span.hours === this.span.hours && span.back === this.span.back) return;
      this.span = span;
      void this.counts.load();
    });
  }

  #take(changes: Change[]): void {
    const known = new Set((this.newest.value ?? []).map((r) => r.id));
    for (const [id, at] of this.arrived) if (clock.read() - at > arrivedFor) this.arrived.delete(id);
    for (const change of changes) {
      const id = Number(change.key);
      if (change.op === 'put' && !known.has(id)) this.arrived.set(id, clock.read());
    }
    const changed = new Set(changes.map((c) => c.key));
    for (const [key, detail] of this.#details.entries()) if (changed.has(key)) void detail.load();
    const merged = merge(this.newest.value ?? [], changes, (r) => String(r.id));
    this.newest.put(merged.sort(newestFirst).slice(0, newestLimit));
    for (const listener of this.#listeners) listener(changes);
    this.#refresh(settle);
  }

  #refresh(wait: number): void {
    if (this.#settling) return;
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      void this.figures.load();
      if (this.counts.value || this.counts.problem) void this.counts.load();
    }, wait);
  }
}

export const reports = new ReportStore();
