/** Dark after 17.30 and before 06.00, unless the address says otherwise. */
export function wallTheme(hour: number, chosen: string | undefined): 'light' | 'dark' {
  if (chosen === 'gelap') return 'dark';
  if (chosen === 'terang') return 'light';
  return hour >= 17.5 || hour < 6 ? 'dark' : 'light';
}

/** Keeps the screen from sleeping while the page is in sight; returns how to stop. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let stopped = false;
  const ask = async () => {
    if (stopped || document.hidden || !('wakeLock' in navigator)) return;
    try {
      lock = await navigator.wakeLock.request('screen');
    } catch {
      // Refused on battery or without a secure context; the wall's own setting then rules.
    }
  };
  const again = () => void ask();
  document.addEventListener('visibilitychange', again);
  void ask();
  return () => {
    stopped = true;
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
  };
}
