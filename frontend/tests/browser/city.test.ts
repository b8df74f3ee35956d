import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { Program } from './real.ts';
import { launch, launchWebGL, shows, textOf, until, type sizes } from './stage.ts';
import { accounts } from './walks/accounts.ts';
import { house } from './walks/house.ts';
import { mayor } from './walks/mayor.ts';
import { operator } from './walks/operator.ts';
import { secretary } from './walks/secretary.ts';
import { tasks } from './walks/tasks.ts';
import { walls } from './walks/walls.ts';

/*
 * The real program with the simulated city behind it: sign in, see the city
 * live, flood a kelurahan and watch it arrive; then each role walks its main
 * path. No test double. The server is started once: that is what costs.
 */

let browser: Browser;
let program: Program;
let simulation = '';

beforeAll(async () => {
  browser = await launch(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']);
  program = new Program('--simulate', '--sim-speed', '600');
  await program.ready(/simulated city runs/);
  simulation = program.logged(/city runs" address=(\S+)/);
}, 150_000);

afterAll(async () => {
  await browser?.close();
  await program?.stop();
}, 60_000);

/** A page of the mayor's. */
const open = (path: string, size: keyof typeof sizes = 'desktop', theme: 'light' | 'dark' = 'light') =>
  program.walk(browser, program.officer('walikota'), size, path, theme);

async function flood(area: string): Promise<void> {
  const answer = await fetch(`${simulation}/_sim/flood?area=${area}&intensity=100`, { method: 'POST' });
  expect(answer.status).toBeLessThan(300);
}

describe('the real program with the simulated city', () => {
  it('lets the mayor in only after the first password is changed', async () => {
    const person = program.officer('walikota');
    const w = await program.walk(browser, undefined, 'desktop');
    await w.page.getByLabel('Nama pengguna').fill('walikota');
    await w.page.getByLabel('Kata sandi', { exact: true }).fill(person.first);
    await w.press('Masuk');
    await shows(w.page, 'Kata sandi awal hanya berlaku');
    await w.page.getByLabel('Kata sandi baru', { exact: true }).fill('tepian mahakam 7 sore');
    await w.page.getByLabel('Ulangi kata sandi baru').fill('tepian mahakam 7 sore');
    await w.press('Simpan kata sandi');
    await shows(w.page, 'Langsung ·');
    await shows(w.page, 'simulasi');
    person.state = await w.context.storageState();
    // Nobody is signed in, says the session, which the browser logs; nothing else.
    w.errors.splice(0, w.errors.length, ...w.errors.filter((e) => !/401 .*\/api\/session\)/.test(e)));
    await w.end();
  });

  it('would tell of a breach of the content security policy', async () => {
    const w = await open('/sumber');
    await w.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.broken = true';
      document.body.append(script);
    });
    await until(() => w.errors.some((e) => e.startsWith('CSP: script-src')), 'the breach is told');
    expect(await w.page.evaluate(() => 'broken' in globalThis)).toBe(false);
    await w.context.close();
  });

  it('shows a flood within seconds of the citizens speaking', async () => {
    const w = await open('/');
    await until(
      async () =>
        /Semua \d+ sumber segar/.test(await textOf(w.page)) ||
        /Jalan rusak|Sampah|Banjir/.test(await textOf(w.page)),
      'reports on Ringkasan',
      90_000,
    );
    await flood('64.72.08.1001');
    await until(
      async () => /Temindung Permai/.test(await textOf(w.page)),
      'the flooded kelurahan on screen',
      120_000,
    );
    await w.end();
  }, 240_000);

  it('groups reports into incidents, and new ones wait while one reads', async () => {
    const w = await open('/kejadian');
    const cards = w.page.locator('article.card');
    await until(async () => (await cards.count()) > 0, 'an incident', 120_000);
    expect(await textOf(w.page, '.grouping')).toMatch(/Pengelompokan terakhir .+ laporan/);
    const first = await cards.first().locator('h2').innerText();
    await flood('64.72.06.1001');
    await until(
      async () => (await w.page.locator('.arrivals').count()) === 1,
      'a new incident waits',
      120_000,
    );
    expect(await cards.first().locator('h2').innerText()).toBe(first);
    await w.page.locator('.arrivals').click();
    await until(async () => (await cards.count()) > 0, 'the list with what was new', 30_000);
    await cards.first().locator('a').click();
    await shows(w.page, 'di dalamnya');
    await shows(w.page, 'Mengapa satu perkara');
    await w.end();
  }, 300_000);

  it('draws the map with WebGL under the content security policy', async () => {
    const drawing = await launchWebGL();
    const w = await program.walk(drawing, program.officer('walikota'), 'desktop', '/peta?lapisan=kejadian');
    await until(
      async () => (await w.page.locator('canvas.maplibregl-canvas').count()) === 1,
      'a canvas',
      30_000,
    );
    await shows(w.page, 'bentuk: urgensi');
    await w.end();
    await drawing.close();
  });

  for (const [path, text] of [
    ['/kejadian', 'Pengelompokan terakhir'],
    ['/peta', 'Kelurahan'],
    ['/laporan', 'Lewat tenggat'],
    ['/perangkat', 'Perangkat'],
    ['/pengaturan', 'Tema'],
  ] as const) {
    it(`draws ${path} at its sizes without an error`, async () => {
      for (const size of ['desktop', 'phone'] as const) {
        const w = await open(path, size, size === 'phone' ? 'dark' : 'light');
        await shows(w.page, text);
        await w.end();
      }
    });
  }

  it('finds reports by their words and opens one with an address of its own', async () => {
    const w = await open('/laporan?q=banjir');
    await until(
      async () => (await w.page.locator('[data-report], .row, [role=row]').count()) > 0,
      'a report about a flood',
      60_000,
    );
    await w.page.locator('a[href^="/laporan/"]').first().click();
    await until(() => /\/laporan\/\d+/.test(w.page.url()), 'the report has its own address');
    await w.page.reload();
    await shows(w.page, 'Laporan');
    await w.end();
  });
});

const world = () => ({ program, browser });
secretary(world);
tasks(world);
operator(world);
mayor(world);
walls(world);
accounts(world);
house(world);
