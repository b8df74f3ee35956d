import { indicators } from '../../data/indicators.svelte.ts';
import { live } from '../../data/live.svelte.ts';
import { reports } from '../../data/reports.svelte.ts';
import { clock } from '../../ui/clock.svelte.ts';
import { hourOfDay } from '../../ui/format.ts';
import { afresh, sleepAfter } from './wall.ts';

/** Kept over reloads of this tab: how often in a row it started afresh for silence. */
const key = 'balaikota.wall.tries';
const lookEvery = 10_000;
/** Figures of "today" and "24 hours" move on although nothing happens. */
const renewEvery = 10 * 60_000;
const answerWithin = 8000;

const triesSoFar = () => Number(sessionStorage.getItem(key)) || 0;

/**
 * Watches over the page while it is on the wall: notes sleep, renews what ages,
 * and starts the page afresh when it should. It reloads only while the server
 * answers: what stands on the screen is worth more than an empty page.
 * Returns how to stop.
 */
export function watchOver(): () => void {
  const openedAt = clock.read();
  let wokeAt = 0;
  let last = Date.now();
  let asking: AbortController | undefined;
  let renewed = openedAt;

  const renew = (now: number, whole: boolean) => {
    renewed = now;
    if (reports.figures.loadedAt) void reports.figures.load();
    if (reports.counts.loadedAt) void reports.counts.load();
    if (whole) indicators.refresh();
  };

  const look = async () => {
    const now = clock.read();
    const slept = Date.now() - last > sleepAfter;
    last = Date.now();
    if (slept) wokeAt = now;
    if (slept || now - renewed > renewEvery) renew(now, slept);
    if (live.contactAt > openedAt && triesSoFar() > 0) sessionStorage.removeItem(key);
    const why = afresh({
      now,
      hour: hourOfDay(now),
      openedAt,
      wokeAt,
      contactAt: live.contactAt,
      tries: triesSoFar(),
    });
    if (!why || asking) return;
    asking = new AbortController();
    const late = setTimeout(() => asking?.abort(), answerWithin);
    try {
      const answer = await fetch('/api/city', { cache: 'no-store', signal: asking.signal });
      if (!answer.ok) return;
      if (why === 'silence') sessionStorage.setItem(key, String(triesSoFar() + 1));
      location.reload();
    } catch {
      // No server to start afresh from.
    } finally {
      clearTimeout(late);
      asking = undefined;
    }
  };
  const timer = setInterval(() => void look(), lookEvery);
  return () => {
    clearInterval(timer);
    asking?.abort();
  };
}
