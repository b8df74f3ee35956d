import { takeFile } from '../api/client.ts';
import type { Change, MapPoints, Report } from '../api/types.ts';
import { rowsOf, type PointRow } from '../map/replay.ts';
import { clock } from '../ui/clock.svelte.ts';
import { Remote } from './remote.svelte.ts';
import { reports, spanLimits, type Span } from './reports.svelte.ts';

/** Changes are taken up together, at most so often: each makes a list of thousands. */
const pause = 500;

interface Wanted {
  category: string;
  span: Span;
}

/** The unfinished reports of a span as points, up to ten thousand, kept by the socket. */
class MapPointStore {
  rows = $state.raw<readonly PointRow[]>([]);
  /** False when there are more than the server gives. */
  complete = $state(true);
  #wanted: Wanted | undefined;
  #stop: (() => void) | undefined;
  #waiting: Change[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly remote = new Remote<MapPoints>((signal) => {
    const { category, span } = this.#wanted ?? { category: '', span: { hours: 24, back: 0 } };
    const { from, to } = spanLimits(span, clock.read());
    const query = new URLSearchParams({
      category,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
    });
    return takeFile<MapPoints>(`/api/map/points?${query}`, signal).then((columns) => {
      this.rows = rowsOf(columns);
      this.complete = columns.complete;
      return columns;
    });
  });

  /** Shows the points of a category and span until the returned function is called. */
  watch(wanted: Wanted): () => void {
    this.#wanted = wanted;
    this.rows = [];
    void this.remote.load();
    const stop = reports.onChanges((changes) => {
      this.#waiting.push(...changes);
      this.#timer ??= setTimeout(this.#apply, pause);
    });
    this.#stop = stop;
    return () => {
      stop();
      if (this.#stop !== stop) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#waiting = [];
    };
  }

  #apply = (): void => {
    this.#timer = undefined;
    const changes = this.#waiting;
    this.#waiting = [];
    const wanted = this.#wanted;
    if (!wanted) return;
    const changed = new Set(changes.map((c) => Number(c.key)));
    const fresh = new Map<number, PointRow>();
    for (const change of changes) {
      const row = change.op === 'put' ? rowOf(change.data as Report, wanted.category) : undefined;
      if (row) fresh.set(row.id, row);
      else fresh.delete(Number(change.key));
    }
    this.rows = [...fresh.values(), ...this.rows.filter((r) => !changed.has(r.id))];
  };

  clear(): void {
    this.remote.clear();
    this.rows = [];
  }
}

/** A report as a row; undefined when it is finished or of another category. */
function rowOf(report: Report, category: string): PointRow | undefined {
  if (report.status === 'closed' || report.status === 'rejected') return undefined;
  if (category && report.category !== category) return undefined;
  const exact = report.lon !== undefined && report.lat !== undefined;
  return {
    id: report.id,
    lon: (exact ? report.lon : report.guess?.lon) ?? 0,
    lat: (exact ? report.lat : report.guess?.lat) ?? 0,
    radius: exact ? 0 : report.guess ? Math.max(1, Math.round(report.guess.radius_m)) : -1,
    area: report.area_code ?? '',
    created: Date.parse(report.created_at),
    closed: 0,
    due: report.due_at ? Date.parse(report.due_at) : 0,
  };
}

export const mapPoints = new MapPointStore();
