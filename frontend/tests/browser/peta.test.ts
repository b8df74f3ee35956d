import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { archiveOf } from './archive.ts';
import { axe, launch, launchWebGL, scene, shows, sizes, textOf, until } from './stage.ts';

let browser: Browser;
let webgl: Browser;
beforeAll(async () => {
  browser = await launch();
  webgl = await launchWebGL();
});
afterAll(() => Promise.all([browser.close(), webgl.close()]));

const slider = (page: Page) => page.getByRole('slider', { name: 'Waktu yang ditampilkan' });
const shownTime = (page: Page) => textOf(page, 'output.at');
const query = (page: Page) => new URL(page.url()).searchParams;
const replays = (calls: string[]) => calls.filter((c) => c.includes('/api/map/replay'));

describe('Peta: waktu', () => {
  it('replays by keys, says so everywhere, and mixes nothing of now in', async () => {
    const s = await scene(webgl, { path: '/peta?wilayah=64.72.08.1002&jam=168' });
    await shows(s.page, 'Laporan menurut kategori');
    expect(await shownTime(s.page)).toBe('sekarang');
    expect(replays(s.double.calls)).toEqual([]);
    await s.page.locator('body').press('[');
    await until(async () => /^per \S+, \d+ \S+ \d\d\.\d\d$/.test(await shownTime(s.page)), 'a moment');
    const last = await shownTime(s.page);
    expect(await textOf(s.page, '.stamp')).toContain(last);
    expect(await textOf(s.page, '.stamp')).toContain('bukan keadaan sekarang');
    // The area's card holds what the replay knows, nothing of now.
    const card = await textOf(s.page, 'aside.area');
    expect(card).toContain(last);
    expect(card).not.toContain('Laporan menurut kategori');
    expect(card).not.toContain('Laporan terbaru');
    expect(await textOf(s.page, '.legend')).toContain('24 jam sebelumnya');
    const then = await s.page.locator('tbody tr').first().innerText();
    s.double.report({ area_code: '64.72.08.1002' });
    s.double.report({ area_code: '64.72.08.1002' });
    await s.page.locator('body').press('[');
    await until(async () => (await shownTime(s.page)) !== last, 'one step back');
    await s.page.locator('body').press(']');
    await until(async () => (await shownTime(s.page)) === last, 'and one forth');
    expect(await s.page.locator('tbody tr').first().innerText()).toBe(then);
    expect(await slider(s.page).getAttribute('aria-valuetext')).toBe(last);
    expect(replays(s.double.calls)).toHaveLength(1);
    expect(await axe(s.page)).toEqual([]);
    await s.page.locator('body').press('Escape');
    await until(async () => (await shownTime(s.page)) === 'sekarang', 'now again');
    await shows(s.page, 'Laporan menurut kategori');
    expect(query(s.page).has('saat')).toBe(false);
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('plays, pauses, and is moved by its slider', async () => {
    const s = await scene(browser, { path: '/peta' });
    await shows(s.page, 'Kelurahan');
    await s.page.getByRole('button', { name: 'Putar ulang' }).click();
    await until(async () => Number(await slider(s.page).inputValue()) >= 2, 'it moves on');
    expect(await s.page.locator('output.at').getAttribute('aria-live')).toBe('off');
    await s.page.getByRole('button', { name: 'Jeda' }).click();
    const stood = await slider(s.page).inputValue();
    expect(await s.page.locator('output.at').getAttribute('aria-live')).toBe('polite');
    await until(() => query(s.page).has('saat'), 'the address says when');
    await slider(s.page).focus();
    await s.page.keyboard.press('ArrowRight');
    expect(Number(await slider(s.page).inputValue())).toBe(Number(stood) + 1);
    await s.page.keyboard.press('End');
    await until(async () => (await shownTime(s.page)) === 'sekarang', 'the end of the slider is now');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('follows on the plain map and on every layer, and says what is not kept', async () => {
    const s = await scene(browser, { path: '/peta' });
    await s.page.locator('.map svg[role=img]').waitFor();
    const fills = () =>
      s.page.locator('path.area').evaluateAll((all) => all.map((e) => e.getAttribute('fill')).join());
    const live = await fills();
    for (const layer of ['peringatan', 'banjir-6']) {
      await s.page.goto(`${s.url}/peta?lapisan=${layer}`);
      await s.page.locator('.map svg[role=img]').waitFor();
      await s.page.locator('body').press('[');
      await until(async () => (await shownTime(s.page)).startsWith('per '), `${layer} then`);
      await until(async () => (await s.page.locator('tbody tr').count()) > 50, 'its table');
      const before = await fills();
      expect(before).not.toBe(live);
      await s.page.locator('body').press('[');
      await until(async () => (await fills()) !== before, `${layer} changes`);
    }
    await s.page.goto(`${s.url}/peta?lapisan=kejadian`);
    await shows(s.page, 'bentuk: urgensi');
    await s.page.locator('body').press('[');
    await shows(s.page, 'Genangan di simpang');
    expect(await s.page.locator('.marker').count()).toBe(1);
    await s.page.goto(`${s.url}/peta?lapisan=titik-panas`);
    await shows(s.page, 'tidak dapat diputar ulang');
    await s.page.locator('body').press('[');
    expect(await s.page.locator('.stamp').count()).toBe(0);
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('says when the frames cannot be had, and shows no values for them', async () => {
    const s = await scene(browser, { path: '/peta' });
    await until(async () => (await s.page.locator('tbody tr').count()) > 50, 'the table');
    s.double.setMood('error');
    await s.page.locator('body').press('[');
    await shows(s.page, 'Laporan masuk tidak dapat dimuat');
    expect(await s.page.locator('tbody tr').count()).toBe(0);
    await s.close();
  });
});

describe('Peta: tempat, tingkat dan tautan', () => {
  it('finds a place by keys and goes there', async () => {
    const s = await scene(webgl, { path: '/peta' });
    await until(async () => (await s.page.locator('.maplibregl-canvas').count()) === 1, 'the map');
    await s.page.locator('body').press('c');
    const box = s.page.getByRole('combobox', { name: 'Cari wilayah, jalan, atau tempat' });
    await box.fill('gajah');
    await s.page.getByRole('option', { name: /Jalan Gajah Mada/ }).waitFor();
    expect(await box.getAttribute('aria-expanded')).toBe('true');
    expect(await axe(s.page)).toEqual([]);
    await box.press('Enter');
    await until(() => query(s.page).get('pandang')?.startsWith('15.00,-0.4980,117.1520') ?? false, 'there');
    expect(query(s.page).has('wilayah')).toBe(false);
    await box.fill('dalam');
    await s.page.getByRole('option').first().waitFor();
    await box.press('ArrowDown');
    await box.press('ArrowUp');
    await box.press('Enter');
    await until(() => query(s.page).has('wilayah'), 'an area is chosen');
    const name = await textOf(s.page, 'aside.area h2');
    expect(await box.inputValue()).toBe(name);
    await box.fill('zzzz');
    await shows(s.page, 'Tidak ada tempat bernama “zzzz”.');
    await box.press('Escape');
    // Back to the street, and back to the whole city.
    await s.page.goBack();
    await until(() => query(s.page).get('pandang')?.startsWith('15.00') ?? false, 'the street again');
    await s.page.goBack();
    await until(() => !query(s.page).has('pandang'), 'the beginning');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('a link restores layer, level, selection, time and view', async () => {
    const first = await scene(browser, { path: '/peta' });
    await shows(first.page, 'Kelurahan');
    await first.page.getByRole('button', { name: 'Kecamatan', exact: true }).click();
    await until(async () => (await first.page.locator('tbody tr').count()) === 10, 'ten kecamatan');
    await first.page.locator('tbody tr').nth(2).getByRole('button').click();
    await first.page.getByRole('button', { name: '7 hari' }).click();
    for (let i = 0; i < 5; i++) await first.page.locator('body').press('[');
    await until(async () => (await shownTime(first.page)).startsWith('per '), 'a moment');
    const link = new URL(first.page.url());
    link.searchParams.set('pandang', '12.50,-0.4700,117.1600');
    const want = [
      await shownTime(first.page),
      await textOf(first.page, 'aside.area'),
      await textOf(first.page, '.list'),
    ];
    await first.page.goto(link.href);
    await until(async () => (await first.page.locator('.stamp').count()) === 1, 'the replay');
    await until(async () => (await textOf(first.page, '.list')) === want[2], 'the same list');
    expect([await shownTime(first.page), await textOf(first.page, 'aside.area')]).toEqual(want.slice(0, 2));
    expect(query(first.page).get('pandang')).toBe('12.50,-0.4700,117.1600');
    await first.page.getByRole('button', { name: 'Kelurahan', exact: true }).click();
    await until(() => !query(first.page).has('tingkat'), 'kelurahan');
    await first.page.goBack();
    await until(() => query(first.page).get('tingkat') === 'kecamatan', 'back leads to the level before');
    await first.close();
  });

  it('compares up to three areas', async () => {
    const s = await scene(browser, { path: '/peta' });
    await until(async () => (await s.page.locator('tbody tr').count()) > 50, 'the table');
    const row = (n: number) => s.page.locator('.list tbody tr').nth(n).getByRole('button');
    await row(0).click();
    for (const n of [1, 2, 3]) await row(n).click({ modifiers: ['Shift'] });
    await shows(s.page, 'Bandingkan wilayah');
    expect(await s.page.locator('.compare tbody tr').count()).toBe(3);
    expect(await axe(s.page)).toEqual([]);
    await s.page.locator('.compare tbody button').first().click();
    await until(async () => (await s.page.locator('.compare tbody tr').count()) === 2, 'two are left');
    await s.close();
  });
});

describe('Peta: sepuluh ribu titik', () => {
  it('gathers them into cells that lose none, also without WebGL', async () => {
    const s = await scene(browser, { path: '/peta', prepare: (d) => (d.map.crowd = 9_800) });
    await s.page.locator('.cell').first().waitFor();
    const counts = await s.page.locator('.cell text').allTextContents();
    const sum = counts.reduce((n, text) => n + Number(text.replaceAll('.', '')), 0);
    expect(sum).toBeGreaterThanOrEqual(9_800);
    expect(await s.page.locator('circle.point').count()).toBe(0);
    await s.close();
  });

  it('moves with them as it moves without', async () => {
    const measure = async (crowd: number) => {
      const s = await scene(webgl, {
        path: '/peta?pandang=12.60,-0.5000,117.1500',
        prepare: (d) => (d.map.crowd = crowd),
      });
      await until(async () => (await s.page.locator('.maplibregl-canvas').count()) === 1, 'the map');
      await until(() => s.double.calls.some((c) => c.includes('/api/map/points')), 'its points');
      await s.page.evaluate(() => {
        const seen = { frames: 0, long: [] as number[] };
        Object.assign(globalThis, { seen });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) seen.long.push(entry.duration);
        }).observe({ type: 'longtask' });
        const count = () => {
          seen.frames++;
          requestAnimationFrame(count);
        };
        requestAnimationFrame(count);
      });
      const canvas = await s.page.locator('.maplibregl-canvas').boundingBox();
      const [x, y] = [(canvas?.x ?? 0) + 400, (canvas?.y ?? 0) + 300];
      await s.page.mouse.move(x, y);
      await s.page.mouse.down();
      for (let i = 1; i <= 24; i++) {
        await s.page.mouse.move(x + 120 * Math.sin(i / 6), y + 80 * Math.cos(i / 6));
        if (i % 8 === 0) s.double.report({ status: 'open' });
      }
      await s.page.mouse.up();
      const seen = await s.page.evaluate(
        () => (globalThis as unknown as { seen: { frames: number; long: number[] } }).seen,
      );
      // The interaction was not dropped: the map stands where it was dragged to.
      await until(() => !query(s.page).get('pandang')?.endsWith('-0.5000,117.1500'), 'it moved');
      expect(s.errors).toEqual([]);
      await s.close();
      return seen;
    };
    const [few, many] = [await measure(0), await measure(9_800)];
    const share = many.frames / few.frames;
    console.log(`frames ${few.frames} without and ${many.frames} with 9,800 points (${share.toFixed(2)})`);
    console.log(
      `long tasks ${few.long.length} (${few.long.map(Math.round)}), ${many.long.length} (${many.long.map(Math.round)})`,
    );
    expect(many.frames).toBeGreaterThan(0);
  }, 120_000);
});

describe('Peta: peta dasar', () => {
  it('draws a configured archive behind the map, from the ranges it asks for', async () => {
    // Water all around the city, so that it lies beside the areas too.
    const box = { west: 116.5, south: -1, east: 117.8, north: 0 };
    const ring = [
      [box.west, box.south],
      [box.east, box.south],
      [box.east, box.north],
      [box.west, box.north],
      [box.west, box.south],
    ];
    const sea: GeoJSON.Feature = {
      type: 'Feature',
      properties: {},
      geometry: { type: 'Polygon', coordinates: [ring] },
    };
    const archive = archiveOf({ water: { type: 'FeatureCollection', features: [sea] } }, box, [8, 11]);
    const s = await scene(webgl, {
      path: '/pengaturan',
      prepare: (d) => Object.assign(d.world.city, { basemap: { tiles: '/basemap/tiles.pmtiles' } }),
    });
    let ranges = 0;
    await s.context.route('**/basemap/tiles.pmtiles', async (route) => {
      const asked = /bytes=(\d+)-(\d+)/.exec(route.request().headers().range ?? '');
      if (!asked) return route.fulfill({ status: 400 });
      ranges++;
      const from = Number(asked[1]);
      const part = archive.subarray(from, Math.min(Number(asked[2]) + 1, archive.length));
      const headers = { 'content-range': `bytes ${from}-${from + part.length - 1}/${archive.length}` };
      return route.fulfill({ status: 206, headers, body: part });
    });
    await s.page.goto(`${s.url}/peta?pandang=9.50,-0.5000,117.1500`);
    const canvas = s.page.locator('.maplibregl-canvas');
    await until(async () => (await canvas.count()) === 1, 'the map');
    const corner = async () => {
      const at = await canvas.boundingBox();
      const clip = { x: (at?.x ?? 0) + 8, y: (at?.y ?? 0) + (at?.height ?? 0) / 2, width: 2, height: 2 };
      const picture = [...(await s.page.screenshot({ clip }))];
      return s.page.evaluate(async (bytes) => {
        const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
        const drawing = new OffscreenCanvas(2, 2).getContext('2d');
        drawing?.drawImage(bitmap, 0, 0);
        const pixel = drawing?.getImageData(0, 0, 1, 1).data.slice(0, 3) ?? [];
        return `#${[...pixel].map((v) => v.toString(16).padStart(2, '0')).join('')}`;
      }, picture);
    };
    const water = await s.page.evaluate(() =>
      getComputedStyle(document.documentElement).getPropertyValue('--map-water').trim(),
    );
    await until(async () => (await corner()) === water, `the corner of the map is ${water}`).catch(async () =>
      expect(await corner()).toBe(water),
    );
    expect(ranges).toBeGreaterThan(1);
    expect(s.errors).toEqual([]);
    await s.close();
  });
});

describe('Peta: gambar', () => {
  for (const size of ['phone', 'desktop', 'wall'] as const) {
    for (const theme of ['light', 'dark'] as const) {
      it(`fits ${size} in ${theme}`, async () => {
        const views = [
          ['kini', '/peta'],
          ['lalu', '/peta?jam=168&wilayah=64.72.08.1002'],
        ] as const;
        for (const [name, path] of views) {
          const s = await scene(size === 'desktop' ? webgl : browser, { path, size, theme });
          const map = size === 'desktop' ? '.maplibregl-canvas' : '.map svg[role=img]';
          await until(async () => (await s.page.locator(map).count()) === 1, 'the map');
          await until(async () => (await s.page.locator('.skeleton').count()) === 0, 'all has loaded');
          if (name === 'lalu') {
            await s.page.locator('body').press('[');
            await until(async () => (await shownTime(s.page)).startsWith('per '), 'a moment');
          }
          const width = await s.page.evaluate(() => document.documentElement.scrollWidth);
          expect(width).toBeLessThanOrEqual(sizes[size].width);
          expect(await axe(s.page)).toEqual([]);
          await s.page.screenshot({ path: `test-results/peta-${name}-${size}-${theme}.png` });
          expect(s.errors).toEqual([]);
          await s.close();
        }
      }, 120_000);
    }
  }
});
