import { api, deadline, take } from '../api/client.ts';
import type { LongJob } from '../api/types.ts';
import { Remote } from './remote.svelte.ts';

const beat = 1500;
const byId = (id: number) => ({ params: { path: { id } }, signal: deadline() });

/** Long work: what runs, and of each kind what ended last. While something runs it is asked for again. */
class LongJobStore {
  readonly list = new Remote<LongJob[]>((signal) => take(api.GET('/api/jobs', { signal: deadline(signal) })));
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watchers = 0;

  of(kind: LongJob['kind']): LongJob | undefined {
    return this.list.value?.find((j) => j.kind === kind);
  }

  /** Follows the jobs until the returned function is called. */
  watch(): () => void {
    this.#watchers++;
    if (this.#watchers === 1) void this.#follow();
    return () => {
      this.#watchers--;
      if (this.#watchers === 0) clearTimeout(this.#timer);
    };
  }

  async #follow(): Promise<void> {
    clearTimeout(this.#timer);
    await this.list.load();
    const runs = this.list.value?.some((j) => !j.ended_at) ?? false;
    if (this.#watchers > 0 && (runs || this.list.problem))
      this.#timer = setTimeout(() => void this.#follow(), beat);
  }

  #put(job: LongJob): LongJob {
    this.list.put([job, ...(this.list.value ?? []).filter((j) => j.kind !== job.kind)]);
    clearTimeout(this.#timer);
    if (this.#watchers > 0) this.#timer = setTimeout(() => void this.#follow(), beat);
    return job;
  }

  async start(kind: LongJob['kind']): Promise<LongJob> {
    return this.#put(await take(api.POST('/api/jobs', { body: { kind }, signal: deadline() })));
  }
  async cancel(id: number): Promise<LongJob> {
    return this.#put(await take(api.POST('/api/jobs/{id}/cancel', byId(id))));
  }
  async tell(id: number, tell: boolean): Promise<LongJob> {
    return this.#put(await take(api.POST('/api/jobs/{id}/tell', { ...byId(id), body: { tell } })));
  }
}

export const longJobs = new LongJobStore();
