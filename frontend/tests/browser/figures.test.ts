import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { launch, scene, until, type Scene } from './stage.ts';

/* The figures come first, and a burst of events does not shake them. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

it('sets a target beside a figure that is past no limit', async () => {
  const s = await scene(browser, {
    prepare: (double) => {
      const beds = double.world.indicators.find((i) => i.slug === 'hunian-rs');
      if (!beds) throw new Error('the double has no hunian-rs');
      Object.assign(beds, { target: { value: 75, by: '2029-12-31', source: 'RPJMD' } });
    },
  });
  const tile = s.page.locator('.tile', { hasText: 'Keterisian tempat tidur RS' });
  await until(async () => (await tile.innerText()).includes('target 75'), 'the target');
  expect(await tile.innerText()).not.toContain('perhatian 80');
  await tile.click();
  await until(
    async () => /≤ 75.*RPJMD/s.test(await s.page.locator('dialog[open]').innerText()),
    'the target with its document',
  );
  await s.close();
});

it('gives the room to figures before places that still wait for one', async () => {
  const s = await scene(browser, {
    prepare: ({ world }) => {
      const rank = (i: { rank?: unknown }) => Number(i.rank ?? 0);
      const [first] = world.indicators.filter((i) => rank(i) > 0).sort((a, b) => rank(a) - rank(b));
      if (!first) throw new Error('the double has no tiles');
      world.states = world.states.filter((state) => state.indicator !== first.slug);
      Object.assign(first, { name: 'Tinggi muka air tanpa sumber' });
    },
  });
  const names = s.page.locator('.tiles .one');
  await until(async () => (await names.count()) === 6, 'tiles');
  const shown = (await names.allInnerTexts()).map((text) => text.includes('Belum ada nilai'));
  expect(shown.indexOf(true) === -1 || shown.slice(shown.indexOf(true)).every(Boolean)).toBe(true);
  expect(await names.first().innerText()).not.toContain('tanpa sumber');
  await s.close();
});

interface Seen {
  frames: number;
  /** Of each frame in which the tile was drawn anew, how often. */
  draws: number[];
  /** Of each frame in which rows came into the list of reports, how often. */
  rows: number[];
  long: number[];
}
declare global {
  var __seen: Seen;
}

/** Counts frames, and how often the first tile and the newest reports are drawn in each. */
async function watch(s: Scene): Promise<void> {
  await s.page.evaluate(() => {
    const seen: Seen = { frames: 0, draws: [], rows: [], long: [] };
    globalThis.__seen = seen;
    const frame = () => {
      seen.frames++;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    // An observer is called once for all that one flush changed.
    const count = (what: 'draws' | 'rows', selector: string, options: MutationObserverInit) => {
      const element = document.querySelector(selector);
      if (!element) throw new Error(`${selector} is not there`);
      new MutationObserver(() => {
        seen[what][seen.frames] = (seen[what][seen.frames] ?? 0) + 1;
      }).observe(element, options);
    };
    count('draws', '.tiles .tile .figure', { subtree: true, characterData: true, childList: true });
    count('rows', '.newest ul', { childList: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.long.push(Math.round(entry.duration));
    }).observe({ type: 'longtask' });
  });
}

it('a burst of 500 events in a second is at most one redraw a frame', async () => {
  const s = await scene(browser);
  const tile = s.page.locator('.tiles .tile .figure').first();
  await until(async () => (await s.page.locator('.newest ul li').count()) > 10, 'reports');
  await until(async () => (await tile.count()) === 1, 'a tile');
  await until(async () => (await s.page.locator('.skeleton').count()) === 0, 'everything has loaded');
  const name = await s.page.locator('.tiles .one').first().innerText();
  const declared = (s.double.world.indicators as { slug: string; name: string }[]).find((i) =>
    name.includes(i.name),
  );
  const state = (s.double.world.states as { indicator: string; area_code: string; value: number }[]).find(
    (x) => x.indicator === declared?.slug,
  );
  if (!state) throw new Error(`no state of ${name}`);
  await watch(s);
  // In processor time of the page's own thread, whatever else the machine does.
  const devtools = await s.context.newCDPSession(s.page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async () =>
    (await devtools.send('Performance.getMetrics')).metrics.find((m) => m.name === 'TaskDuration')?.value ??
    0;
  const began = await worked();
  const calls = s.double.calls.length;
  let sent = 0;
  // Ten messages of their own each 20 ms: half values of the first tile, half reports.
  await new Promise<void>((done) => {
    const timer = setInterval(() => {
      for (let i = 0; i < 10; i++, sent++)
        if (sent % 2) s.double.report({ text: `Laporan ${sent}` });
        else
          s.double.push({
            topic: 'indicators',
            op: 'put',
            key: `${state.indicator}|${state.area_code}`,
            data: { ...state, value: 1 + sent / 1000, time: new Date().toISOString() },
          });
      if (sent < 500) return;
      clearInterval(timer);
      done();
    }, 20);
  });
  await until(
    async () => (await s.page.locator('.newest').innerText()).includes('Laporan 499'),
    'the last one',
  );
  const seen = await s.page.evaluate(() => globalThis.__seen);
  const cpu = Math.round((await worked()) * 1000 - began * 1000);
  const per = (what: (number | null | undefined)[]) => what.filter((n) => n);
  console.log(
    `burst: ${sent} events, ${seen.frames} frames, ${per(seen.draws).length} redraws of the tile, ` +
      `${per(seen.rows).length} of the list, ${cpu} ms of CPU, long tasks: ${seen.long.join(', ') || 'none'} ms, ` +
      `${s.double.calls.length - calls} requests`,
  );
  // It is drawn while the burst lasts, and never twice in a frame.
  expect(per(seen.draws).length).toBeGreaterThan(1);
  expect(per(seen.rows).length).toBeGreaterThan(1);
  expect(Math.max(...per(seen.draws).map(Number))).toBe(1);
  expect(Math.max(...per(seen.rows).map(Number))).toBe(1);
  // Nor does each event ask the server for something.
  expect(s.double.calls.length - calls).toBeLessThan(20);
  expect(s.errors).toEqual([]);
  await s.close();
});

it('asks for the code of the map once the figures beside it stand', async () => {
  const s = await scene(browser, { path: '/pengaturan' });
  await until(
    async () => (await s.page.locator('.rail a[href="/peta"]').count()) === 1,
    'the way to the map',
  );
  const asked: string[] = [];
  s.page.on('request', (r) => asked.push(new URL(r.url()).pathname));
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await s.page.route('**/api/reports/counts*', async (route) => {
    await held;
    await route.continue();
  });
  await s.page.locator('.rail a[href="/peta"]').click();
  await until(
    async () => (await s.page.locator('.peta .list .skeleton').count()) > 0,
    'figures are on their way',
  );
  await until(
    async () =>
      (await s.page.evaluate(
        () => performance.getEntriesByName(`${location.origin}/geo/kelurahan.geojson`).length,
      )) > 0,
    'the geometry is there',
  );
  // Two frames later the map would have been asked for.
  await s.page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  const map = () => asked.filter((path) => /\/assets\/gl-/.test(path));
  expect(map()).toEqual([]);
  release();
  await until(async () => (await s.page.locator('.peta .list table tbody tr').count()) === 59, 'the figures');
  await until(() => map().length > 0, 'the code of the map');
  await s.close();
});
