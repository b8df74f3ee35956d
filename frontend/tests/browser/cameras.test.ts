import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { axe, launch, scene, shows, sizes, textOf, until } from './stage.ts';

/* The city's cameras as a layer of the map: their list, their marks, and what is said when there are none. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const path = '/peta?lapisan=kamera';
const rows = (page: Page) => page.locator('.list li');
const row = (page: Page, name: string) => rows(page).filter({ has: page.getByRole('heading', { name }) });
/** What the list is made of. */
const rowsOf = async (page: Page) =>
  (await (await page.request.get(new URL('/api/cameras', page.url()).href)).json()) as {
    name: string;
    lon: number;
    lat: number;
  }[];
const chip = (page: Page) => page.locator('.layers').getByRole('button', { name: 'Kamera', exact: true });

describe('Kamera', () => {
  it('is switched on by keyboard and says of each how it fares', async () => {
    const s = await scene(browser, { path: '/peta' });
    const { page } = s;
    await shows(page, 'Kamera');
    expect(s.double.calls.some((c) => c.includes('/api/cameras'))).toBe(false);
    await page.keyboard.press('6');
    await until(async () => (await rows(page).count()) === 6, 'six cameras');
    expect(await chip(page).getAttribute('aria-pressed')).toBe('true');
    for (const [name, ...words] of [
      ['Jembatan contoh', 'Hidup', 'Terakhir terlihat 2 menit lalu'],
      ['Pasar contoh', 'Macet: gambarnya tidak berubah', 'Terakhir terlihat 3 jam lalu'],
      [
        'Simpang contoh',
        'Mati: tidak memberi gambar',
        'Sebabnya: Sumber tidak menjawab dalam batas waktu',
        'Terakhir terlihat 1 hari lalu',
      ],
      ['Terminal contoh', 'Belum pernah terlihat', 'Letaknya tidak diketahui'],
      ['Dermaga contoh', 'Hanya siaran'],
      ['Taman contoh', 'Belum dibaca', 'simulasi'],
    ] as const)
      for (const word of words) expect(await row(page, name).innerText()).toContain(word);
    expect(await row(page, 'Dermaga').innerText()).not.toContain('Terakhir terlihat');
    expect(await row(page, 'Taman').innerText()).not.toContain('Belum pernah terlihat');
    // Newest stills, each by its own address; what is not of now does not look like now.
    const stills = page.locator('.list img');
    expect(await stills.count()).toBe(3);
    for (const img of await stills.all()) {
      await img.scrollIntoViewIfNeeded();
      await until(() => img.evaluate((e: HTMLImageElement) => e.naturalWidth > 0), 'the still came');
    }
    expect(await stills.first().getAttribute('src')).toMatch(/^\/api\/cameras\/1\/still\?t=\d{13}$/);
    expect(await stills.first().getAttribute('alt')).toBe('Gambar terbaru dari Jembatan contoh');
    const filters = await stills.evaluateAll((all) => all.map((e) => getComputedStyle(e).filter));
    expect(filters).toEqual(['none', 'grayscale(1)', 'grayscale(1)']);
    // One that lives and four that do not; one has no place.
    expect(await page.locator('circle.point').count()).toBe(5);
    expect(await page.locator('circle.point.hollow').count()).toBe(4);
    expect(await textOf(page, '.map .legend')).toMatch(/Kamera · n = 5\s+Hidup\s+Lainnya: lihat daftar/);
    expect(await textOf(page, '.time')).toContain('Hanya gambar terbaru yang disimpan');
    expect(await textOf(page, '.time')).not.toContain('Titik panas');
    expect(await axe(page)).toEqual([]);
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('shows a camera on the map and leads to its stream, by keyboard', async () => {
    const s = await scene(browser, { path });
    const { page } = s;
    const there = page.getByRole('button', { name: 'Tunjukkan di peta Pasar contoh' });
    await there.focus();
    expect(await page.locator('circle.pin').count()).toBe(0);
    await page.keyboard.press('Enter');
    await until(async () => (await page.locator('circle.pin').count()) === 1, 'the pin');
    const place = (all: Element[]) => all.map((e) => `${e.getAttribute('cx')} ${e.getAttribute('cy')}`);
    const [pinned] = await page.locator('circle.pin').evaluateAll(place);
    expect(await page.locator('circle.point.hollow').evaluateAll(place)).toContain(pinned);
    // The plain map always shows the whole city; the other goes where the address says.
    const { lon, lat } = (await rowsOf(page)).find((c) => c.name === 'Pasar contoh') ?? { lon: 0, lat: 0 };
    expect(new URL(page.url()).searchParams.get('pandang')).toBe(`15.00,${lat.toFixed(4)},${lon.toFixed(4)}`);
    expect(await there.evaluate((e) => e === document.activeElement)).toBe(true);
    await page.keyboard.press('Tab');
    const link = page.getByRole('link', { name: 'Buka siaran Pasar contoh' });
    expect(await link.evaluate((e) => e === document.activeElement)).toBe(true);
    expect(await link.getAttribute('href')).toBe('https://cctv.contoh.go.id/lihat/pasar');
    expect(await link.getAttribute('target')).toBe('_blank');
    expect((await link.getAttribute('rel'))?.split(' ').sort()).toEqual(['noopener', 'noreferrer']);
    expect(await row(page, 'Simpang contoh').getByRole('link').count()).toBe(0);
    expect(await row(page, 'Terminal contoh').getByRole('button').count()).toBe(0);
    await page.keyboard.press('Escape');
    await until(async () => (await page.locator('circle.pin').count()) === 0, 'Escape takes the pin away');
    await s.close();
  });

  it('calls nothing living whose source is not read any more', async () => {
    const s = await scene(browser, { path });
    const { page } = s;
    await until(async () => (await page.locator('circle.point.hollow').count()) === 4, 'one lives');
    const [any] = s.double.world.sources;
    const data = { ...any, slug: 'cctv-contoh', name: 'CCTV contoh', freshness: 'dijeda' };
    s.double.push({ topic: 'sources', op: 'put', key: data.slug, data });
    await shows(page, 'Tidak dibaca sekarang: sumbernya dijeda');
    expect(await row(page, 'Jembatan contoh').innerText()).not.toContain('Hidup');
    expect(await row(page, 'Dermaga contoh').innerText()).toContain('Hanya siaran');
    expect(await page.locator('circle.point.hollow').count()).toBe(5);
    await s.close();
  });

  it('says nothing of cameras while there are none, and what it lacks when it cannot know', async () => {
    const none = await scene(browser, { path, double: { mood: 'empty' } });
    await shows(none.page, 'Belum ada kamera. Operator dapat menyambungkannya di Sumber data');
    expect(await rows(none.page).count()).toBe(0);
    expect(await none.page.locator('circle.point, .list img, .list a, .map .legend p').count()).toBe(0);
    expect(await axe(none.page)).toEqual([]);
    await none.close();
    const waiting = await scene(browser, { path: '/peta' });
    await until(async () => (await waiting.page.locator('.list tbody tr').count()) > 0, 'the reports');
    waiting.double.setMood('loading');
    await chip(waiting.page).click();
    await until(async () => (await waiting.page.locator('.list .skeleton').count()) === 1, 'it loads');
    expect(await textOf(waiting.page, '.list')).not.toContain('Belum ada');
    await waiting.close();
    const broken = await scene(browser, { path, double: { mood: 'error' } });
    await shows(broken.page, 'Kamera tidak dapat dimuat');
    expect(await textOf(broken.page, '.list')).not.toContain('Belum ada');
    broken.double.setMood('normal');
    await broken.page.locator('.list').getByText('Coba lagi').click();
    await until(async () => (await rows(broken.page).count()) === 6, 'they are there after all');
    await broken.close();
  });

  it('is not offered to those who may not look, nor asked for', async () => {
    const s = await scene(browser, { path, prepare: (d) => (d.role = 'camat') });
    await shows(s.page, 'Titik panas laporan');
    expect(await chip(s.page).count()).toBe(0);
    expect(s.double.calls.some((c) => c.includes('/api/cameras'))).toBe(false);
    await s.close();
  });

  for (const [size, theme, language] of [
    ['phone', 'dark', 'id'],
    ['phone', 'light', 'en'],
    ['wall', 'light', 'id'],
  ] as const) {
    it(`fits ${size} in ${theme}, ${language}`, async () => {
      const s = await scene(browser, { path, size, theme, language });
      const { page } = s;
      if (size === 'phone') await page.locator('.tabs button').first().click();
      await shows(page, language === 'id' ? 'Macet: gambarnya' : 'Frozen: its picture');
      expect(await axe(page)).toEqual([]);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBeLessThanOrEqual(sizes[size].width);
      await page.screenshot({ path: `test-results/kamera-${size}-${theme}.png` });
      expect(s.errors).toEqual([]);
      await s.close();
    });
  }
});
