import { tasks } from '../../data/tasks.svelte.ts';

export type PlaceState = 'idle' | 'asking' | 'found' | 'denied' | 'missing';

/** Where this phone is, while something on screen wants to know. */
class Place {
  state = $state<PlaceState>('idle');
  #users = 0;
  #watch: number | undefined;

  /** Follows the position until the returned function is called. */
  follow(): () => void {
    if (this.#users++ === 0) this.#start();
    return () => {
      if (--this.#users === 0 && this.#watch !== undefined) {
        navigator.geolocation.clearWatch(this.#watch);
        this.#watch = undefined;
      }
    };
  }

  #start(): void {
    if (!('geolocation' in navigator)) {
      this.state = 'missing';
      return;
    }
    if (this.state !== 'found') this.state = 'asking';
    this.#watch = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        this.state = 'found';
        tasks.position = {
          lon: coords.longitude,
          lat: coords.latitude,
          accuracy: coords.accuracy,
          at: timestamp,
        };
      },
      (failure) => {
        if (failure.code === failure.PERMISSION_DENIED) this.state = 'denied';
        else if (this.state !== 'found') this.state = 'missing';
      },
      { enableHighAccuracy: true, maximumAge: 15_000, timeout: 30_000 },
    );
  }
}

export const place = new Place();
