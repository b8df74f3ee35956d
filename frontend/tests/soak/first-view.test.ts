import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Program } from '../browser/real.ts';
import { launch, sizes, until } from '../browser/stage.ts';

/*
 * How long after navigation Ringkasan can be used: tiles with figures and the
 * ranked list stand. The real program with the simulated city, a warm server;
 * ten times with an empty browser, ten times as the installed app. It prints;
 * times depend on the machine, so it asserts none of them.
 */

const runs = Number(process.env.RUNS) || 10;
let browser: Browser;
let program: Program;

beforeAll(async () => {
  browser = await launch();
  program = new Program('--simulate', '--sim-speed', '600');
  await program.ready(/simulated city runs/);
  const mayor = ['--role', 'wali_kota'];
  await until(
    async () => (await program.ask<{ items: unknown[] }>(mayor, '/api/recommendations/top')).items.length > 2,
    'the city has something to decide',
    600_000,
  );
  // A city at its own pace from here on.
  const simulation = program.logged(/city runs" address=(\S+)/);
  const answer = await fetch(`${simulation}/_sim/speed?speed=20`, { method: 'POST' });
  expect(answer.status).toBeLessThan(300);
}, 900_000);
afterAll(async () => {
  await browser?.close();
  await program?.stop();
}, 60_000);

interface Marks {
  painted: number;
  tiles: number;
  list: number;
  requests: { path: string; from: number; to: number; bytes: number }[];
}

/** Runs in the page before anything of it: notes the frame in which each part first stands. */
function note(): void {
  const marks: Record<string, number> = {};
  Object.assign(globalThis, { __marks: marks });
  const look = () => {
    if (document.querySelector('.tiles .tile .figure')) marks.tiles ??= performance.now();
    if (document.querySelector('.attention ol > li .more')) marks.list ??= performance.now();
    if (!marks.tiles || !marks.list) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function visit(page: Page): Promise<Marks> {
  await page.goto(program.url);
  const marks = () => page.evaluate(() => (globalThis as unknown as { __marks: Marks }).__marks);
  await until(async () => (await marks()).list > 0 && (await marks()).tiles > 0, 'Ringkasan stands', 60_000);
  const rest = await page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    requests: (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).map((r) => ({
      path: new URL(r.name).pathname,
      from: Math.round(r.startTime),
      to: Math.round(r.responseEnd),
      bytes: r.transferSize,
    })),
  }));
  return { ...(await marks()), ...rest };
}

const fresh = (): Promise<BrowserContext> =>
  browser.newContext({
    viewport: sizes.desktop,
    locale: 'id-ID',
    timezoneId: 'Asia/Makassar',
    storageState: program.officer('walikota').state,
  });
async function opened(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript(note);
  return page;
}

function tell(what: string, all: Marks[]): void {
  const median = (of: (m: Marks) => number) => {
    const sorted = all.map(of).sort((a, b) => a - b);
    return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
  };
  const usable = (m: Marks) => Math.max(m.tiles, m.list);
  const spread = all
    .map(usable)
    .map(Math.round)
    .sort((a, b) => a - b);
  console.log(
    `${what}: usable after ${median(usable)} ms (${spread[0]}–${spread.at(-1)}), first paint ${median((m) => m.painted)}, ` +
      `tiles ${median((m) => m.tiles)}, list ${median((m) => m.list)} ms, median of ${all.length}`,
  );
}

it('tells when Ringkasan can be used', async () => {
  const first = await program.walk(browser, program.officer('walikota'), 'desktop');
  await first.context.close();
  const cold: Marks[] = [];
  for (let i = 0; i < runs; i++) {
    const context = await fresh();
    cold.push(await visit(await opened(context)));
    await context.close();
  }
  tell('empty browser', cold);
  for (const r of cold.at(-1)?.requests.sort((a, b) => a.from - b.from) ?? [])
    console.log(
      `  ${String(r.from).padStart(5)} – ${String(r.to).padStart(5)} ms ${String(r.bytes).padStart(7)} B ${r.path}`,
    );
  const context = await fresh();
  const page = await opened(context);
  await visit(page);
  await until(
    () => page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state === 'activated'),
    'the shell is kept',
    60_000,
  );
  const warm: Marks[] = [];
  for (let i = 0; i < runs; i++) warm.push(await visit(page));
  tell('installed app', warm);
  await context.close();
});
