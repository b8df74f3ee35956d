/** Whether the device believes it has a network. */
class Online {
  current = $state(navigator.onLine);
  constructor() {
    addEventListener('online', () => (this.current = true));
    addEventListener('offline', () => (this.current = false));
  }
}
export const online = new Online();
