import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { launch, launchWebGL, scene, shows, textOf, until } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe('the live socket', () => {
  it('shows a new report and a new alert at once', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Langsung ·');
    s.double.report({ text: 'Tanggul bocor di ujung gang' });
    await shows(s.page, 'Tanggul bocor di ujung gang');
    const alert = {
      ...s.double.world.alerts[0],
      key: 'baru',
      severity: 'awas',
      headline: 'Tanggul jebol di Bugis',
      since: new Date().toISOString(),
    };
    s.double.push({ topic: 'alerts', op: 'put', key: 'baru', data: alert });
    await until(
      async () => (await textOf(s.page, '.attention li:first-child')).includes('Tanggul jebol'),
      'the alert is first',
    );
    s.double.push({ topic: 'alerts', op: 'remove', key: 'baru' });
    await until(
      async () => !(await textOf(s.page, '.attention')).includes('Tanggul jebol'),
      'the alert is gone',
    );
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('resumes from the last number after a restart and shows what it missed', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Langsung ·');
    const last = s.double.seq;
    s.double.refuseSockets = true;
    s.double.cut(3002);
    s.double.report({ text: 'Masuk selagi terputus' });
    s.double.refuseSockets = false;
    await shows(s.page, 'Masuk selagi terputus');
    expect(s.double.subscriptions.at(-1)).toMatchObject({ since: last });
    expect(s.double.subscriptions.filter((x) => x.since === undefined)).toHaveLength(1);
    await s.close();
  });

  it('fetches what failed meanwhile again when the server is back', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Langsung ·');
    const mood = s.double.mood;
    s.double.mood = 'error';
    await s.page.locator('nav a[href="/perangkat"]').click();
    await shows(s.page, 'Indeks kota tidak dapat dimuat');
    s.double.mood = mood;
    s.double.cut(3002);
    await until(
      async () => !(await textOf(s.page)).includes('tidak dapat dimuat'),
      'what failed is there without a word from anybody',
    );
    await shows(s.page, 'selang');
    await s.close();
  });

  it('asks for a snapshot when a number is missing', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Langsung ·');
    s.double.skip();
    s.double.report({ text: 'Setelah celah nomor' });
    await until(
      () => s.double.subscriptions.filter((x) => x.since === undefined).length === 2,
      'a second snapshot is asked for',
    );
    await shows(s.page, 'Setelah celah nomor');
    await s.close();
  });

  it('comes back fresh when the number is no longer held', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Langsung ·');
    s.double.cut(3003);
    await until(() => s.double.subscriptions.length === 2, 'it came back');
    expect(s.double.subscriptions[1]).not.toHaveProperty('since');
    await s.close();
  });

  it('goes to the sign-in page when the session has ended', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Langsung ·');
    s.double.signedIn = false;
    s.double.cut(3500);
    await shows(s.page, 'Sesi Anda berakhir');
    await s.close();
  });

  it('says that data is late or gone when the socket stays away, and polls meanwhile', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Langsung ·');
    s.double.refuseSockets = true;
    s.double.cut(3002);
    await shows(s.page, 'Data tertunda');
    s.double.world.reports.unshift(
      s.double.world.makeReport(Date.now(), { text: 'Datang lewat jalan biasa' }),
    );
    await until(async () => (await textOf(s.page)).includes('Datang lewat jalan biasa'), 'polled', 50_000);
    await s.close();
  });

  it('shows what it last had when the network is gone', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Langsung ·');
    await s.context.setOffline(true);
    await shows(s.page, 'Luring · data terakhir');
    await shows(s.page, 'Tidak tersambung ke server');
    await shows(s.page, 'Perlu perhatian sekarang');
    await s.context.setOffline(false);
    await shows(s.page, 'Langsung ·');
    await s.close();
  });
});

describe('Laporan', () => {
  it('collects what arrives and never moves the list', async () => {
    const s = await scene(browser, { path: '/laporan' });
    await shows(s.page, 'Belum selesai');
    await until(async () => (await s.page.locator('a.row').count()) > 5, 'rows');
    const first = await textOf(s.page, 'a.row');
    s.double.report({ text: 'Satu' });
    s.double.report({ text: 'Dua' });
    await shows(s.page, '2 laporan baru');
    expect(await textOf(s.page, 'a.row')).toBe(first);
    await s.page.getByText('2 laporan baru').click();
    await until(async () => (await textOf(s.page, 'a.row')).includes('Dua'), 'they are on top');
    await s.close();
  });

  it('keeps its filters in the address and its rows few', async () => {
    const s = await scene(browser, { path: '/laporan?kategori=sampah' });
    await until(async () => (await s.page.locator('a.row').count()) > 0, 'rows');
    const categories = await s.page.locator('a.row .category').allInnerTexts();
    expect(new Set(categories)).toEqual(new Set(['Sampah']));
    await s.page.getByRole('button', { name: 'Belum selesai' }).click();
    expect(new URL(s.page.url()).searchParams.get('status')).toBe('open,in_progress');
    await s.page.goto(`${s.url}/laporan`);
    await until(async () => (await s.page.locator('a.row').count()) > 5, 'rows');
    for (let i = 0; i < 12; i++) {
      await s.page
        .locator('.box.scroll')
        .first()
        .evaluate((e) => e.scrollTo(0, e.scrollHeight));
      await s.page.waitForTimeout(120);
    }
    await until(
      async () => Number(await s.page.locator('[aria-setsize]').first().getAttribute('aria-setsize')) >= 200,
      'many reports held',
    );
    expect(await s.page.locator('a.row').count()).toBeLessThan(60);
    await s.close();
  });

  it('opens the next report with j and closes with Esc', async () => {
    const s = await scene(browser, { path: '/laporan' });
    await until(async () => (await s.page.locator('a.row').count()) > 5, 'rows');
    await s.page.keyboard.press('j');
    await shows(s.page, 'Perjalanan laporan');
    expect(s.page.url()).toMatch(/\/laporan\/\d+$/);
    await s.page.keyboard.press('Escape');
    await until(() => s.page.url().endsWith('/laporan'), 'closed');
    await s.close();
  });

  it('offers to drop the filter that leaves nothing', async () => {
    const s = await scene(browser, { path: '/laporan?q=katayangtidakada' });
    await shows(s.page, 'Tidak ada laporan yang cocok');
    await s.page.getByText('Hapus semua saringan').click();
    await until(async () => (await s.page.locator('a.row').count()) > 5, 'rows');
    await s.close();
  });
});

describe('signing in', () => {
  it('refuses a wrong password, then says how long to wait', async () => {
    const s = await scene(browser, { double: { signedIn: false } });
    await shows(s.page, 'Nama pengguna');
    const attempt = async (password: string) => {
      await s.page.getByLabel('Nama pengguna').fill('contoh');
      await s.page.getByLabel('Kata sandi', { exact: true }).fill(password);
      await s.page.getByRole('button', { name: 'Masuk' }).click();
    };
    await attempt('salah');
    await shows(s.page, 'tidak cocok');
    s.double.failedSignIns = 5;
    await attempt('salah lagi');
    await shows(s.page, 'Terlalu banyak percobaan. Coba lagi dalam');
    expect(await s.page.getByRole('button', { name: 'Masuk' }).isDisabled()).toBe(true);
    await s.close();
  });

  it('signs in, makes the first password be changed, and signs out', async () => {
    const s = await scene(browser, { double: { signedIn: false, mustChange: true } });
    await s.page.getByLabel('Nama pengguna').fill('contoh');
    await s.page.getByLabel('Kata sandi', { exact: true }).fill('rahasia-contoh');
    await s.page.getByRole('button', { name: 'Masuk' }).click();
    await shows(s.page, 'Ganti kata sandi');
    await s.page.getByLabel('Kata sandi baru', { exact: true }).fill('pendek');
    await s.page.getByRole('button', { name: 'Simpan kata sandi' }).click();
    await shows(s.page, 'paling sedikit 12 karakter');
    await s.page.getByLabel('Kata sandi baru', { exact: true }).fill('sungai hujan perahu');
    await s.page.getByLabel('Ulangi kata sandi baru').fill('sungai hujan perahu');
    await s.page.getByRole('button', { name: 'Simpan kata sandi' }).click();
    await shows(s.page, 'Perlu perhatian sekarang');
    await s.page.goto(`${s.url}/pengaturan`);
    await s.page.getByRole('button', { name: 'Keluar' }).click();
    await shows(s.page, 'Nama pengguna');
    await s.close();
  });
});

describe('the rest of the house', () => {
  it('speaks English when asked, and says so to the browser', async () => {
    const s = await scene(browser, { language: 'en' });
    await shows(s.page, 'Needs attention now');
    expect(await s.page.evaluate(() => document.documentElement.lang)).toBe('en');
    await s.close();
  });

  it('shows the hour of the city, not of the device', async () => {
    const s = await scene(browser);
    const time = new Intl.DateTimeFormat('id-ID', {
      hour: '2-digit',
      minute: '2-digit',
      timeZone: 'Asia/Makassar',
    });
    await until(
      async () => (await textOf(s.page)).includes(`Langsung · ${time.format(Date.now())} WITA`),
      'the hour in WITA',
    );
    await s.close();
  });

  it('draws the WebGL map, and the plain map where there is no WebGL', async () => {
    const webgl = await launchWebGL();
    const s = await scene(webgl, { path: '/peta' });
    await until(async () => (await s.page.locator('canvas.maplibregl-canvas').count()) === 1, 'a canvas');
    expect(s.errors).toEqual([]);
    await s.close();
    await webgl.close();
    const p = await scene(browser, { path: '/peta' });
    await shows(p.page, 'Peta sederhana');
    await until(async () => (await p.page.locator('svg path.area').count()) === 59, '59 kelurahan');
    await p.page.locator('svg path.area').nth(20).click({ force: true });
    await until(() => new URL(p.page.url()).searchParams.has('wilayah'), 'a kelurahan is chosen');
    await p.close();
  });

  it('keeps the first download small', async () => {
    const s = await scene(browser);
    const loaded: string[] = [];
    s.page.on('response', (r) => loaded.push(new URL(r.url()).pathname));
    await s.page.reload();
    await shows(s.page, 'Langsung ·');
    // Until the chart stands; the map's own part comes after the figures (figures.test.ts).
    await s.page.locator('.side .chart canvas').first().waitFor();
    const code = [...new Set(loaded)].filter((p) => /^\/assets\/(?!gl|maplibre).*\.(js|css)$/.test(p));
    const size = (path: string) => {
      const zipped = `${path.slice('/assets/'.length)}.gz`;
      const name = readdirSync('dist/assets').includes(zipped) ? zipped : path.slice('/assets/'.length);
      return readFileSync(`dist/assets/${name}`).length;
    };
    const total = code.reduce((sum, path) => sum + size(path), 0);
    expect(code.length).toBeGreaterThan(2);
    // Few files: a browser asks for six at a time.
    expect(code.length).toBeLessThanOrEqual(24);
    expect(code.filter((p) => /\/late-/.test(p))).toEqual([]);
    console.log(code.map((p) => `${p} ${size(p)}`).join('\n'));
    console.log(`first load: ${(total / 1000).toFixed(1)} kB gzip in ${code.length} files`);
    expect(total).toBeLessThanOrEqual(120_000);
    await s.close();
  });
});
