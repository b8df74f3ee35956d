import { expect, it, vi } from 'vitest';
import { launch } from '../browser/stage.ts';
import { fastWall, live, type Holding } from './speed.ts';

/* A week before the wall, without a reload: what it holds stays what it was after the first day. */

const hours = Number(process.env.SOAK_HOURS) || 168;
const every = Number(process.env.SOAK_EVERY) || 12;

it(`holds no more after ${hours} hours than after the first day`, async () => {
  const browser = await launch();
  vi.useFakeTimers({ toFake: ['Date'] });
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    reducedMotion: 'reduce', // nothing moves between frames, so drawing does not slow the clock
    locale: 'id-ID',
    timezoneId: 'Asia/Makassar',
  });
  const wall = await fastWall(context, (at) => vi.setSystemTime(at), Date.parse('2026-11-02T00:30:00Z'));
  const seen: Holding[] = [];
  let loads = 0;
  wall.page.on('load', () => loads++);
  await wall.until(async () => (await wall.page.locator('.wall').count()) === 1, 'the wall');
  await live(
    wall,
    hours,
    (h) => {
      seen.push(h);
      console.log(JSON.stringify(h));
    },
    every,
  );
  // The map shows reports of 24 hours and the lines values of 24 hours: a day fills them.
  const [first, last] = [seen.find((h) => h.hour >= 24) ?? seen[0], seen.at(-1)];
  if (!first || !last) throw new Error('nothing was measured');
  expect(wall.errors).toEqual([]);
  expect(loads).toBe(0);
  expect(last.heap - first.heap).toBeLessThan(2);
  expect(last.nodes - first.nodes).toBeLessThan(400);
  expect(last.listeners - first.listeners).toBeLessThan(40);
  expect(last.documents).toBe(first.documents);
  expect(last.contexts).toBe(first.contexts);
  await wall.close();
  await context.close();
  await browser.close();
  vi.useRealTimers();
});
