import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { axe, launch, scene, shows, sizes, textOf, until } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const path = '/kejadian?tampil=pola';

describe('Pola', () => {
  it('groups what was found, with figures, doubts and ways to judge it', async () => {
    const s = await scene(browser, { path: '/kejadian' });
    await shows(s.page, 'Pengelompokan terakhir');
    await s.page.getByRole('link', { name: 'Pola', exact: true }).focus();
    await s.page.keyboard.press('Enter');
    await shows(s.page, '34 laporan banjir dan drainase');
    expect(s.page.url().endsWith(path)).toBe(true);
    expect(await s.page.locator('.pola h2').allInnerTexts()).toEqual([
      'Titik panas & lonjakan',
      'Wilayah diam',
      'Perlu ditelaah',
      'Diperkirakan lewat tenggat',
    ]);
    const first = await textOf(s.page, '[data-group=surge] li.item');
    for (const part of [
      'titik panas',
      'sudah jadi peringatan',
      'simulasi',
      'Sungai Pinang Dalam, Sungai Pinang',
      '3 kelurahan',
      'Wajarnya 9,2',
      'Mengapa hanya petunjuk:',
    ])
      expect(first).toContain(part);
    expect(await textOf(s.page, '[data-group=surge] li.item:nth-child(2)')).toContain('seluruh kota');
    const doubted = s.page.locator('[data-group=integrity] > ul > li');
    expect(await doubted.count()).toBe(2);
    for (const text of await doubted.allInnerTexts()) expect(text).toContain('perlu klarifikasi');
    expect(await textOf(s.page, '[data-group=integrity]')).toContain('tidak pernah dihapus');
    expect(await doubted.first().innerText()).not.toContain('seluruh kota');
    expect(await doubted.first().locator('a[href^="/laporan/"]').count()).toBe(6);
    expect(await axe(s.page)).toEqual([]);
    const hotspot = s.page.locator('[data-group=surge] li.item').first();
    expect(await hotspot.getByRole('link', { name: /^Lihat di peta/ }).getAttribute('href')).toBe(
      '/peta?lapisan=titik-panas&wilayah=64.72.08.1002',
    );
    await hotspot.getByRole('link', { name: /^Lihat laporan/ }).click();
    await until(
      () => s.page.url().endsWith('/laporan?wilayah=64.72.08.1002&kategori=banjir-drainase'),
      'its reports',
    );
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('lists the reports that will likely be late, twenty at a time', async () => {
    const s = await scene(browser, { path });
    const rows = s.page.locator('[data-group=risk] li');
    await until(async () => (await rows.count()) === 20, 'the first twenty');
    const first = await rows.first().innerText();
    for (const part of ['hampir pasti lewat tenggat', 'tenggat ', 'Sudah 3,2 hari kerja'])
      expect(first).toContain(part);
    expect(await rows.nth(19).innerText()).toContain('lebih mungkin lewat daripada tidak');
    await s.page.getByRole('button', { name: 'Tampilkan 4 lagi' }).click();
    await until(async () => (await rows.count()) === 24, 'all of them');
    await rows.first().getByRole('link').click();
    await until(() => /\/laporan\/\d+$/.test(s.page.url()), 'the report');
    await s.close();
  });

  it('says so when there is nothing, and when it cannot know', async () => {
    const empty = await scene(browser, { path, double: { mood: 'empty' } });
    await shows(empty.page, 'Tidak ada pola yang menonjol. Terakhir diperiksa ');
    await shows(empty.page, 'Belum cukup riwayat penyelesaian');
    expect(await axe(empty.page)).toEqual([]);
    await empty.close();
    const broken = await scene(browser, { path, double: { mood: 'error' } });
    await shows(broken.page, 'Pola tidak dapat dimuat');
    await shows(broken.page, 'Diperkirakan lewat tenggat tidak dapat dimuat');
    expect(await textOf(broken.page, '.pola')).not.toContain('Tidak ada pola');
    expect(await axe(broken.page)).toEqual([]);
    broken.double.setMood('normal');
    await broken.page.locator('.pola').getByText('Coba lagi').first().click();
    await shows(broken.page, '34 laporan banjir dan drainase');
    await broken.page.locator('[data-group=risk]').getByText('Coba lagi').click();
    await shows(broken.page, 'hampir pasti lewat tenggat');
    await broken.close();
    const waiting = await scene(browser, { path: '/kejadian' });
    await shows(waiting.page, 'Pengelompokan terakhir');
    waiting.double.setMood('loading');
    await waiting.page.getByRole('link', { name: 'Pola', exact: true }).click();
    await until(
      async () => (await waiting.page.locator('.pola[aria-busy=true] .skeleton').count()) === 2,
      'it says that it loads',
    );
    expect(await textOf(waiting.page, '.pola')).not.toContain('Tidak ada');
    await waiting.close();
  });

  for (const size of ['phone', 'desktop'] as const) {
    it(`fits ${size}, in both themes and languages`, async () => {
      for (const [theme, language] of [
        ['light', 'id'],
        ['dark', 'en'],
      ] as const) {
        const s = await scene(browser, { path, size, theme, language });
        await shows(s.page, language === 'id' ? 'perlu klarifikasi' : 'needs clarification');
        await until(async () => (await s.page.locator('.skeleton').count()) === 0, 'everything has loaded');
        expect(await axe(s.page)).toEqual([]);
        const width = await s.page.evaluate(() => document.documentElement.scrollWidth);
        expect(width).toBeLessThanOrEqual(sizes[size].width);
        const clipped = await s.page.evaluate(
          () =>
            [...document.querySelectorAll('.box')].filter((e) => e.scrollHeight > e.clientHeight + 1).length,
        );
        expect(clipped).toBe(0);
        await s.page.screenshot({ path: `test-results/pola-${size}-${theme}.png` });
        expect(s.errors).toEqual([]);
        await s.close();
      }
    });
  }
});
