import { untrack } from 'svelte';
import { loadTexts } from '../ui/i18n.svelte.ts';
import { alerts } from './alerts.svelte.ts';
import { areas } from './areas.svelte.ts';
import { assistant } from './assistant.svelte.ts';
import { catalogue } from './catalogue.svelte.ts';
import { city } from './city.svelte.ts';
import { dispositions } from './dispositions.svelte.ts';
import { incidents } from './incidents.svelte.ts';
import { indicators } from './indicators.svelte.ts';
import { live } from './live.svelte.ts';
import { recommendations } from './recommendations.svelte.ts';
import { reports } from './reports.svelte.ts';
import { session } from './session.svelte.ts';
import { sources } from './sources.svelte.ts';

/** Without a snapshot after this long, the lists are fetched the plain way. */
const socketPatience = 3000;
/** While the socket is away, the lists are fetched about this often. */
const pollEvery = 30_000;
/** Notices wait this long where there are no tasks. */
const othersWait = 2000;

/** What hardly ever changes; it is fetched once, and again only after a failure. */
const lasting: { problem: unknown; load(): Promise<void> }[] = [
  city.remote,
  areas.remote,
  areas.outlines.kelurahan,
  areas.outlines.kecamatan,
  catalogue.categories,
  catalogue.offices,
  indicators.declared,
];

function fetchLists(): void {
  const lists = [alerts.remote, indicators.states, reports.newest, sources.remote];
  for (const remote of lists) void remote.load();
  if (!session.current?.wall_id) void incidents.running.load(); // a screen may not
  void reports.figures.load();
}

/**
 * Starts following the city once somebody is signed in, and returns how to
 * stop. The socket brings everything; where it cannot (a proxy that refuses
 * WebSockets, a restart), the same lists are polled with jitter.
 */
export function startData(): () => void {
  return untrack(start);
}

function start(): () => void {
  city.remote.ensure();
  areas.ensure();
  catalogue.ensure();
  indicators.declared.ensure();
  live.start();
  let stopPhone = () => {};
  let over = false;
  // Who is sent tasks begins with them; for others the figures come first.
  let begin: ReturnType<typeof setTimeout>;
  const beginPhone = async () => {
    try {
      const [{ startPhone }] = await Promise.all([import('./phone.svelte.ts'), loadTexts()]);
      if (!over) stopPhone = startPhone();
    } catch {
      // The network broke while the parts were fetched; what waits in the
      // outbox must not wait for the next visit.
      if (!over) begin = setTimeout(beginPhone, pollEvery);
    }
  };
  begin = setTimeout(beginPhone, session.hasTasks ? 0 : othersWait);
  let timer: ReturnType<typeof setTimeout>;
  const poll = () => {
    if (live.status !== 'open' && !document.hidden) fetchLists();
    for (const remote of lasting) if (remote.problem) void remote.load();
    timer = setTimeout(poll, pollEvery * (0.75 + Math.random() / 2));
  };
  timer = setTimeout(poll, socketPatience);
  return () => {
    over = true;
    clearTimeout(begin);
    clearTimeout(timer);
    stopPhone();
    live.stop();
    const held = [
      alerts.remote,
      indicators.states,
      incidents.running,
      reports.newest,
      reports.figures,
      reports.counts,
      sources.remote,
    ];
    for (const remote of held) remote.clear();
    for (const store of [dispositions, recommendations, assistant, incidents, indicators, reports, sources])
      store.clear();
  };
}
