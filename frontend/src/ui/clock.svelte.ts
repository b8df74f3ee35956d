/**
 * Time as the server sees it. Devices on walls and desks are often minutes off,
 * and an age computed from a wrong clock would be a wrong statement.
 */
class Clock {
  #offset = $state(0);
  #device = $state(Date.now());

  constructor() {
    setInterval(() => (this.#device = Date.now()), 1000);
  }

  /** Server time in milliseconds; changes once a second. */
  get now(): number {
    return this.#device + this.#offset;
  }

  /** Server time now, without following it. */
  read(): number {
    return Date.now() + this.#offset;
  }

  /** Learns the offset from a server's time; small differences are the network's. */
  learn(serverTime: string | number): void {
    const offset = new Date(serverTime).getTime() - Date.now();
    if (Number.isFinite(offset) && Math.abs(offset - this.#offset) > 1500) this.#offset = offset;
  }
}

export const clock = new Clock();
