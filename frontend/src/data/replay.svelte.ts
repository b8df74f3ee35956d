import { takeFile } from '../api/client.ts';
import type { MapReplay } from '../api/types.ts';
import { frameAt, frameTime, rowsOf } from '../map/replay.ts';
import { prefersReducedMotion } from 'svelte/motion';
import { Remote } from './remote.svelte.ts';

/** Frames a second, by the hours that are replayed; one a second for who wants less motion. */
const pace: Record<number, number> = { 24: 5, 168: 8, 720: 8 };
/** How far apart frames are, in milliseconds, as the server has them. */
const steps: Record<number, number> = { 24: 1_800_000, 168: 3_600_000, 720: 14_400_000 };

interface Wanted {
  layer: string;
  hours: number;
  /** End of the period in milliseconds. */
  until: number;
}

/** The replay of one layer: its frames, which one is shown, and whether it plays. */
class ReplayStore {
  /** The moment that is asked for in milliseconds; 0 while the map shows now. */
  at = $state(0);
  playing = $state(false);
  #wanted: Wanted | undefined;
  #key = '';
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly remote = new Remote<MapReplay>((signal) => {
    const { layer, hours, until } = this.#wanted ?? { layer: '', hours: 24, until: 0 };
    const query = new URLSearchParams({
      layer,
      hours: String(hours),
      until: new Date(until).toISOString(),
    });
    return takeFile<MapReplay>(`/api/map/replay?${query}`, signal);
  });
  readonly rows = $derived(this.remote.value?.points ? rowsOf(this.remote.value.points) : []);
  /** The frame that is shown, -1 while the map shows now or the frames are on their way. */
  readonly frame = $derived(this.at && this.remote.value ? frameAt(this.remote.value, this.at) : -1);
  /** Time of the frame that is shown. */
  readonly shownAt = $derived(
    this.remote.value && this.frame >= 0 ? frameTime(this.remote.value, this.frame) : this.at,
  );

  /** Says what to replay; what it held of something else is dropped, so that it is never shown for this. */
  want(wanted: Wanted): void {
    const step = steps[wanted.hours] ?? 3_600_000;
    const until = Math.floor(wanted.until / step) * step;
    const key = `${wanted.layer} ${wanted.hours} ${until}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#wanted = { ...wanted, until };
    this.remote.clear();
    void this.remote.load();
  }

  step(by: number): void {
    const replay = this.remote.value;
    this.stop();
    if (!replay) return;
    const frame = this.frame + by;
    this.at = frame >= replay.count ? 0 : frameTime(replay, Math.max(0, frame));
  }

  play(): void {
    const wanted = this.#wanted;
    if (!wanted) return;
    clearInterval(this.#timer);
    this.playing = true;
    const rate = prefersReducedMotion.current ? 1 : (pace[wanted.hours] ?? 8);
    this.#timer = setInterval(this.#advance, 1000 / rate);
  }

  #advance = (): void => {
    const replay = this.remote.value;
    if (!replay || document.hidden) return;
    if (this.frame + 1 >= replay.count) this.stop();
    else this.at = frameTime(replay, this.frame + 1);
  };

  /** Stands still at the frame that is shown. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.playing = false;
  }

  /** Shows now again. */
  end(): void {
    this.stop();
    this.at = 0;
  }

  clear(): void {
    this.end();
    this.#key = '';
    this.remote.clear();
  }
}

export const replay = new ReplayStore();
