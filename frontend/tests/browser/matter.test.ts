import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { advisedBy, items, listed } from './advised.ts';
import { axe, launch, scene, shows, textOf, until } from './stage.ts';

/* What stands beside and around a matter: its series, its layer, and what may not cover it. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
const advised = advisedBy(() => browser);

const chart = (page: Page) => textOf(page, '.side .chart');
const says = (page: Page, words: string) =>
  until(async () => (await chart(page)).includes(words), `“${words}” in the chart`);

it('shows the series and the layer that belong to the matter in focus', async () => {
  const s = await advised({
    prepare: (d) => {
      const [, second, third] = d.actions.recommendations;
      Object.assign(second, {
        trigger: 'indicator',
        indicator: 'harga-beras',
        area_code: '64.72',
        incident_id: undefined,
      });
      Object.assign(third, {
        trigger: 'hotspot',
        category: 'sampah',
        area_codes: ['64.72.06'],
        incident_id: undefined,
      });
    },
  });
  await listed(s.page);
  await says(s.page, 'Laporan kejadian ini');
  await shows(s.page, 'Laporan masuk: Banjir dan drainase');
  await s.page.keyboard.press('j');
  await says(s.page, 'Harga beras medium');
  await s.page.keyboard.press('j');
  await says(s.page, 'Laporan masuk: Sampah');
  await until(async () => /\d+ laporan dalam 8 hari/.test(await chart(s.page)), 'the days of the reports');
  expect(await textOf(s.page, '.map .legend')).toContain('Laporan masuk: Sampah');
  expect(await axe(s.page)).toEqual([]);
  expect(s.errors).toEqual([]);
  await s.close();
});

for (const size of ['desktop', 'phone'] as const) {
  it(`puts an alarm above everything and over nothing, on a ${size}`, async () => {
    const s = await advised({ size });
    await listed(s.page);
    s.double.alert({ key: 'uji:awas', kind: 'flood', severity: 'awas', headline: 'Banjir setinggi lutut' });
    await shows(s.page, 'Banjir setinggi lutut');
    const edges = () =>
      s.page.evaluate(() => {
        const bar = document.querySelector('section.bar')?.getBoundingClientRect();
        const shell = document.querySelector('.shell')?.getBoundingClientRect();
        return bar && shell ? [bar.bottom, shell.top, shell.bottom, innerHeight].map(Math.round) : [];
      });
    await until(async () => {
      const [bar = 0, top = -1, bottom = 0, height = -1] = await edges();
      return bar > 20 && bar === top && bottom === height;
    }, 'the view begins where the band ends').catch(async () => expect(await edges()).toEqual([]));
    // The page itself does not scroll: its top bar would slip under the band.
    expect(await s.page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
    expect(await axe(s.page)).toEqual([]);
    await s.page.getByRole('button', { name: 'Nanti' }).click();
    await until(
      async () => (await items(s.page).count()) === 5 && (await edges()).length === 0,
      'it is away',
    );
    expect(await s.page.evaluate(() => document.querySelector('.shell')?.getBoundingClientRect().top)).toBe(
      0,
    );
    await s.close();
  });
}

it('opens the list and time of the phone’s map one at a time', async () => {
  const s = await scene(browser, { size: 'phone', path: '/peta' });
  await shows(s.page, 'Waktu: 24 jam');
  const seen = (selector: string) => s.page.locator(selector).isVisible();
  expect([await seen('.peta > .list'), await seen('.peta > .time')]).toEqual([false, false]);
  await s.page.getByRole('button', { name: 'Daftar', exact: true }).click();
  expect([await seen('.peta > .list'), await seen('.peta > .time')]).toEqual([true, false]);
  await s.page.getByRole('button', { name: /^Waktu/ }).click();
  expect([await seen('.peta > .list'), await seen('.peta > .time')]).toEqual([false, true]);
  expect(await axe(s.page)).toEqual([]);
  await s.close();
});

it('keeps a filter of the reports under a name', async () => {
  const s = await scene(browser, { path: '/laporan?kategori=sampah&lewat=1' });
  await s.page.getByRole('button', { name: 'Simpan saringan ini' }).click();
  await s.page.getByLabel('Nama saringan').fill('Sampah yang lewat');
  await s.page.keyboard.press('Enter');
  await s.page.goto(`${s.url}/laporan`);
  await s.page.getByRole('link', { name: 'Sampah yang lewat' }).click();
  await until(
    () => new URL(s.page.url()).searchParams.get('kategori') === 'sampah',
    'the filter is in force',
  );
  await until(async () => (await s.page.locator('.view.here').count()) === 1, 'it is marked');
  expect(await axe(s.page)).toEqual([]);
  await s.page.getByRole('button', { name: 'Hapus saringan Sampah yang lewat' }).click();
  await until(async () => (await s.page.locator('.view').count()) === 0, 'it is gone');
  expect(s.errors).toEqual([]);
  await s.close();
});
