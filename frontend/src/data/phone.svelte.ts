import { nobody } from '../outbox/kept.ts';
import { areas } from './areas.svelte.ts';
import { catalogue } from './catalogue.svelte.ts';
import { city } from './city.svelte.ts';
import { keeping } from './keeping.svelte.ts';
import { notices } from './notices.svelte.ts';
import { outbox } from './outbox.svelte.ts';
import { phoneMarks } from './phone-marks.svelte.ts';
import { reports } from './reports.svelte.ts';
import { reviews } from './reviews.svelte.ts';
import { session } from './session.svelte.ts';
import { tasks } from './tasks.svelte.ts';

/**
 * What goes on without a network once somebody is signed in: the outbox is
 * sent, and for those who are sent tasks their list and what is drawn with it
 * are kept; for those who judge proof, how much waits. Returns how to stop.
 */
export function startPhone(): () => void {
  const officer = session.holder;
  if (!officer || location.pathname === '/tv') return () => {};
  const marks = $effect.root(() => {
    $effect(() => {
      phoneMarks.tasks = tasks.fresh + outbox.refused;
      phoneMarks.loadedAt = tasks.remote.loadedAt;
      phoneMarks.proofs = reviews.queue.value?.length ?? 0;
    });
  });
  const stops = [marks, () => outbox.stop(), () => notices.stop()];
  outbox.start(officer);
  notices.start();
  if (session.judgesProof) stops.push(reviews.watch(), () => reviews.clear());
  if (session.hasTasks) {
    stops.push(
      keeping(city.remote, nobody, 'city'),
      keeping(areas.remote, nobody, 'areas'),
      keeping(areas.outlines.kelurahan, nobody, 'kelurahan'),
      keeping(areas.outlines.kecamatan, nobody, 'kecamatan'),
      keeping(catalogue.offices, nobody, 'offices'),
      keeping(catalogue.categories, nobody, 'categories'),
      keeping(reports.figures, officer, 'figures'),
      () => tasks.stop(),
    );
    tasks.start(officer);
  }
  return () => {
    for (const stop of stops) stop();
  };
}
