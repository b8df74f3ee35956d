import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { axe, launch, shows, sizes, textOf, until } from './stage.ts';

/* The real program with the simulated city behind it: sign in, see the city
   live, flood a kelurahan and watch it arrive. No test double. */

const program = process.env.BALAIKOTA ?? resolve(import.meta.dirname, '../../../bin/balaikota');
const password = 'tepian mahakam 7 pagi';
let browser: Browser;
let context: BrowserContext;
let server: ChildProcess;
let data: string;
let log = '';
let url = '';
let simulation = '';
const errors: string[] = [];

beforeAll(async () => {
  if (!existsSync(program)) throw new Error('bin/balaikota is missing; run make build');
  browser = await launch();
  data = mkdtempSync(join(tmpdir(), 'balaikota-browser-'));
  chmodSync(data, 0o755);
  server = spawn(program, ['serve', '--simulate', '--sim-speed', '600', '--addr', '127.0.0.1:0'], {
    env: { ...process.env, BALAIKOTA_DATA: data, DATABASE_URL: '' },
  });
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (chunk) => (log += chunk));
  await until(() => /simulated city runs/.test(log), `the server is ready:\n${log}`, 120_000);
  url = /http:\/\/127\.0\.0\.1:\d+(?= {2}\(siap)/.exec(log)?.[0] ?? '';
  simulation = /city runs" address=(\S+)/.exec(log)?.[1] ?? '';
}, 150_000);

afterAll(async () => {
  await browser?.close();
  if (server && server.exitCode === null) {
    const ended = new Promise((done) => server.once('exit', done));
    server.kill('SIGTERM');
    await ended;
  }
  rmSync(data, { recursive: true, force: true });
}, 60_000);

async function open(
  path: string,
  size: keyof typeof sizes = 'desktop',
  theme: 'light' | 'dark' = 'light',
): Promise<Page> {
  const page = await context.newPage();
  await page.setViewportSize(sizes[size]);
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  page.on('pageerror', (e) => errors.push(String(e)));
  page.on('console', (m) => {
    if (m.type() === 'error') errors.push(m.text());
  });
  await page.goto(url + path);
  return page;
}

describe('the real program with the simulated city', () => {
  it('lets the mayor in only after the first password is changed', async () => {
    context = await browser.newContext({ locale: 'id-ID', timezoneId: 'Asia/Jakarta' });
    const first = /^ {2}walikota +(\S+)/m.exec(log)?.[1] ?? '';
    const page = await context.newPage();
    await page.goto(url);
    await page.getByLabel('Nama pengguna').fill('walikota');
    await page.getByLabel('Kata sandi', { exact: true }).fill(first);
    await page.getByRole('button', { name: 'Masuk' }).click();
    await shows(page, 'Kata sandi awal hanya berlaku');
    await page.getByLabel('Kata sandi baru', { exact: true }).fill(password);
    await page.getByLabel('Ulangi kata sandi baru').fill(password);
    await page.getByRole('button', { name: 'Simpan kata sandi' }).click();
    await shows(page, 'Langsung ·');
    await shows(page, 'simulasi');
    await page.close();
  });

  it('shows a flood within seconds of the citizens speaking', async () => {
    const page = await open('/');
    await until(
      async () =>
        /Semua \d+ sumber segar/.test(await textOf(page)) ||
        /Jalan rusak|Sampah|Banjir/.test(await textOf(page)),
      'reports on Ringkasan',
      90_000,
    );
    const flood = await fetch(`${simulation}/_sim/flood?area=64.72.08.1001&intensity=100`, {
      method: 'POST',
    });
    expect(flood.status).toBeLessThan(300);
    await until(
      async () => /Temindung Permai/.test(await textOf(page)),
      'the flooded kelurahan on screen',
      120_000,
    );
    expect(await axe(page)).toEqual([]);
    await page.close();
  }, 240_000);

  it('groups reports into incidents, and new ones wait while one reads', async () => {
    const page = await open('/kejadian');
    const cards = page.locator('article.card');
    await until(async () => (await cards.count()) > 0, 'an incident', 120_000);
    expect(await textOf(page, '.grouping')).toMatch(/Pengelompokan terakhir .+ laporan/);
    const first = await cards.first().locator('h2').innerText();
    const flood = await fetch(`${simulation}/_sim/flood?area=64.72.06.1001&intensity=100`, {
      method: 'POST',
    });
    expect(flood.status).toBeLessThan(300);
    await until(async () => (await page.locator('.arrivals').count()) === 1, 'a new incident waits', 120_000);
    expect(await cards.first().locator('h2').innerText()).toBe(first);
    await page.locator('.arrivals').click();
    await until(async () => (await cards.count()) > 0, 'the list with what was new', 30_000);
    await cards.first().locator('a').click();
    await shows(page, 'di dalamnya');
    await shows(page, 'Mengapa satu perkara');
    expect(await axe(page)).toEqual([]);
    await page.close();
  }, 300_000);

  it('keeps an officer’s correction', async () => {
    const page = await open('/laporan');
    await until(async () => (await page.locator('a.row').count()) > 0, 'reports', 60_000);
    await page.locator('a.row').first().click();
    const chip = page.locator('aside [data-field=category]');
    await until(async () => (await chip.count()) === 1, 'the category to put right');
    await chip.click();
    const others = page.locator('aside .corrections ul button:not(.now)');
    await until(async () => (await others.count()) > 0, 'other categories');
    const wanted = (await others.last().innerText()).trim();
    await others.last().click();
    await shows(page, 'Mesin belajar dari koreksi ini.');
    await page.reload();
    await shows(page, `Kategori ${wanted} ditetapkan petugas.`);
    await page.close();
  }, 120_000);

  for (const [path, text] of [
    ['/kejadian', 'Pengelompokan terakhir'],
    ['/peta?lapisan=kejadian', 'bentuk: urgensi'],
    ['/peta', 'Kelurahan'],
    ['/laporan', 'Lewat tenggat'],
    ['/sumber', 'Laporan warga (simulasi)'],
    ['/pengaturan', 'Tema'],
    ['/tv', 'WITA'],
  ] as const) {
    it(`draws ${path} at its sizes without an error`, async () => {
      for (const size of path === '/tv' ? (['wall'] as const) : (['desktop', 'phone'] as const)) {
        const page = await open(path, size, size === 'phone' ? 'dark' : 'light');
        await shows(page, text);
        expect(await axe(page)).toEqual([]);
        await page.close();
      }
    });
  }

  it('finds reports by their words and opens one with an address of its own', async () => {
    const page = await open('/laporan?q=banjir');
    await until(
      async () => (await page.locator('[data-report], .row, [role=row]').count()) > 0,
      'a report about a flood',
      60_000,
    );
    await page.locator('a[href^="/laporan/"]').first().click();
    await until(() => /\/laporan\/\d+/.test(page.url()), 'the report has its own address');
    await page.reload();
    await shows(page, 'Laporan');
    await page.close();
  });

  it('breaks no rule of the content security policy and logs no error', () => {
    expect(errors).toEqual([]);
  });
});
