import { api, deadline, take } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import type { Change, Report, ReportStatus } from '../api/types.ts';
import { clock } from '../ui/clock.svelte.ts';
import { within } from './areas.svelte.ts';
import { newestFirst, overdue, reports } from './reports.svelte.ts';
import type { Phase } from './remote.svelte.ts';

/** What the list is narrowed to; empty means everything. These are the query of its address. */
export interface Filter {
  area: string;
  category: string;
  office: string;
  channel: string;
  status: string;
  overdue: boolean;
  /** Only those whose category a person must decide. */
  review: boolean;
  /** Only the reports of this incident; 0 for all. */
  incident: number;
  /** Only the last so many hours; 0 for all time. */
  hours: number;
  q: string;
}

export const noFilter: Filter = {
  area: '',
  category: '',
  office: '',
  channel: '',
  status: '',
  overdue: false,
  review: false,
  incident: 0,
  hours: 0,
  q: '',
};

/** Whether a report belongs in a list so narrowed. Words are matched roughly; the server stems them. */
export function matches(report: Report, filter: Filter, now: number): boolean {
  if (filter.area && !within(report.area_code, filter.area)) return false;
  if (filter.category && report.category !== filter.category) return false;
  if (filter.office && report.office !== filter.office) return false;
  if (filter.channel && report.channel !== filter.channel) return false;
  if (filter.status && !filter.status.split(',').includes(report.status)) return false;
  if (filter.overdue && !overdue(report, now)) return false;
  if (filter.review && !report.review) return false;
  if (filter.incident && report.incident_id !== filter.incident) return false;
  if (filter.hours && now - Date.parse(report.created_at) > filter.hours * 3_600_000) return false;
  const text = report.text.toLowerCase();
  return filter.q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function queryOf(filter: Filter, now: number) {
  return {
    ...(filter.area && { area: filter.area }),
    ...(filter.category && { category: filter.category }),
    ...(filter.office && { office: filter.office }),
    ...(filter.channel && { channel: filter.channel }),
    ...(filter.status && { status: filter.status.split(',') as ReportStatus[] }),
    ...(filter.overdue && { overdue: true }),
    ...(filter.review && { review: true }),
    ...(filter.incident && { incident: filter.incident }),
    ...(filter.hours && { from: new Date(now - filter.hours * 3_600_000).toISOString() }),
    ...(filter.q && { q: filter.q }),
  };
}

/**
 * The list on Laporan: pages from the server, newest first. What arrives later
 * waits in `arrivals` until the reader takes it, so that the list never jumps.
 */
export class ReportList {
  items = $state.raw<Report[]>([]);
  arrivals = $state.raw<Report[]>([]);
  phase = $state<Phase>('waiting');
  problem = $state.raw<Problem | undefined>(undefined);
  failedSince = $state(0);
  more = $state(false);
  busy = $state(false);
  #filter: Filter = noFilter;
  #next: string | undefined;
  #running: AbortController | undefined;

  /** Starts over with a filter. */
  async load(filter: Filter): Promise<void> {
    const same = JSON.stringify(filter) === JSON.stringify(this.#filter);
    this.#filter = filter;
    this.arrivals = [];
    this.#next = undefined;
    if (!same) this.phase = 'waiting';
    await this.#fetch((page) => (this.items = page));
  }

  /** The page after. */
  async loadMore(): Promise<void> {
    if (!this.more || this.busy || !this.#next) return;
    const seen = new Set(this.items.map((r) => r.id));
    await this.#fetch((page) => (this.items = [...this.items, ...page.filter((r) => !seen.has(r.id))]));
  }

  retry = (): Promise<void> => this.load(this.#filter);

  /** Puts what has arrived on top. */
  showArrivals(): void {
    this.items = [...this.arrivals, ...this.items];
    this.arrivals = [];
  }

  /** Follows changes until the returned function is called. */
  follow(): () => void {
    return reports.onChanges((changes) => this.#take(changes));
  }

  async #fetch(put: (page: Report[]) => void): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.busy = true;
    try {
      const query = {
        ...queryOf(this.#filter, clock.read()),
        limit: 50,
        ...(this.#next && { before: this.#next }),
      };
      const page = await take(
        api.GET('/api/reports', { params: { query }, signal: deadline(running.signal) }),
      );
      if (running.signal.aborted) return;
      put(page.items);
      this.#next = page.next || undefined;
      this.more = this.#next !== undefined;
      this.phase = 'ready';
      this.problem = undefined;
      this.failedSince = 0;
    } catch (cause) {
      if (running.signal.aborted) return;
      this.problem = cause instanceof Problem ? cause : Problem.unreachable(cause);
      this.failedSince ||= clock.read();
      if (this.phase === 'waiting') this.phase = 'failed';
    } finally {
      if (this.#running === running) this.busy = false;
    }
  }

  #take(changes: Change[]): void {
    const now = clock.read();
    const byId = new Map(changes.map((c) => [Number(c.key), c]));
    this.items = replaced(this.items, byId);
    const waiting = replaced(this.arrivals, byId);
    const known = new Set([...this.items, ...waiting].map((r) => r.id));
    const newest = this.items[0];
    for (const [id, change] of byId) {
      if (change.op !== 'put' || known.has(id)) continue;
      const report = change.data as Report;
      const later = !newest || newestFirst(report, newest) < 0;
      if (later && matches(report, this.#filter, now)) waiting.push(report);
    }
    this.arrivals = waiting.sort(newestFirst);
  }
}

/** The list with changed reports in their old places and removed ones left out. */
function replaced(list: Report[], changes: Map<number, Change>): Report[] {
  if (!list.some((r) => changes.has(r.id))) return [...list];
  return list.flatMap((r) => {
    const change = changes.get(r.id);
    if (!change) return [r];
    return change.op === 'put' ? [change.data as Report] : [];
  });
}
