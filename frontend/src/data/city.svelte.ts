import { api, deadline, take } from '../api/client.ts';
import type { City } from '../api/types.ts';
import { clock } from '../ui/clock.svelte.ts';
import { Remote } from './remote.svelte.ts';

/** The city this server is for: name, time zone, extent. */
class CityStore {
  readonly remote = new Remote<City>(async (signal) => {
    const city = await take(api.GET('/api/city', { signal: deadline(signal) }));
    clock.learn(city.server_time);
    return city;
  });

  get name(): string {
    return this.remote.value?.name ?? '';
  }
  get code(): string {
    return this.remote.value?.code ?? '';
  }
  /** IANA name; Central Indonesia until the server has said. */
  get timeZone(): string {
    return this.remote.value?.timezone ?? 'Asia/Makassar';
  }
  /** WIB, WITA or WIT. */
  get zoneLabel(): string {
    return this.remote.value?.utc_offset_label ?? '';
  }
  /** True when some of the data comes from the simulated city. */
  get simulated(): boolean {
    return this.remote.value?.simulated ?? false;
  }
}

export const city = new CityStore();
