import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { axe, launch, scene, shows, sizes, until, type SceneOptions } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const views: { name: string; options: SceneOptions; text: string }[] = [
  { name: 'masuk', options: { double: { signedIn: false } }, text: 'Nama pengguna' },
  { name: 'ganti kata sandi', options: { double: { mustChange: true } }, text: 'Ulangi kata sandi baru' },
  { name: 'ringkasan', options: {}, text: 'Perlu perhatian sekarang' },
  { name: 'indikator', options: { path: '/?indikator=curah-hujan' }, text: 'Ambang' },
  { name: 'peta', options: { path: '/peta?wilayah=64.72.08.1002' }, text: 'Laporan menurut kategori' },
  { name: 'laporan', options: { path: '/laporan' }, text: 'Belum selesai' },
  { name: 'kejadian', options: { path: '/kejadian' }, text: 'Pengelompokan terakhir' },
  { name: 'kejadian, pola', options: { path: '/kejadian?tampil=pola' }, text: 'hampir pasti lewat' },
  { name: 'kejadian, rinci', options: { path: '/kejadian/301' }, text: 'laporan di dalamnya' },
  { name: 'laporan, rinci', options: { path: '/laporan/1400' }, text: 'Hasil baca' },
  { name: 'peta, kejadian', options: { path: '/peta?lapisan=kejadian' }, text: 'bentuk: urgensi' },
  { name: 'peta, titik panas', options: { path: '/peta?lapisan=titik-panas' }, text: 'panas 99 %' },
  { name: 'sumber', options: { path: '/sumber/rumah-sakit' }, text: 'Penarikan terakhir' },
  { name: 'pengaturan', options: { path: '/pengaturan' }, text: 'Ukuran teks' },
  { name: 'ringkasan, galat', options: { double: { mood: 'error' } }, text: 'tidak dapat dimuat' },
  { name: 'ringkasan, kosong', options: { double: { mood: 'empty' } }, text: 'Tidak ada yang mendesak' },
  { name: 'ringkasan, basi', options: { double: { mood: 'stale' } }, text: 'Terputus' },
  { name: 'telepon, ringkasan', options: { size: 'phone' }, text: 'Perlu perhatian sekarang' },
  { name: 'telepon, peta', options: { size: 'phone', path: '/peta' }, text: 'Waktu: 24 jam' },
  { name: 'telepon, laporan', options: { size: 'phone', path: '/laporan' }, text: 'Saringan' },
  {
    name: 'telepon, kejadian',
    options: { size: 'phone', path: '/kejadian' },
    text: 'Pengelompokan terakhir',
  },
  {
    name: 'telepon, kejadian rinci',
    options: { size: 'phone', path: '/kejadian/301' },
    text: 'laporan di dalamnya',
  },
  { name: 'dinding, a', options: { size: 'wall', path: '/tv?adegan=a' }, text: 'Perlu perhatian sekarang' },
  { name: 'dinding, c', options: { size: 'wall', path: '/tv?adegan=c' }, text: 'Laporan hari ini' },
];

for (const theme of ['light', 'dark'] as const) {
  describe(`axe finds nothing, ${theme}`, () => {
    for (const view of views) {
      it(view.name, async () => {
        const wall = view.options.size === 'wall';
        const path = wall
          ? `${view.options.path}&tema=${theme === 'dark' ? 'gelap' : 'terang'}`
          : view.options.path;
        const s = await scene(browser, { ...view.options, path, theme });
        await shows(s.page, view.text);
        await until(async () => (await s.page.locator('.skeleton').count()) === 0, 'everything has loaded');
        expect(await axe(s.page)).toEqual([]);
        const width = await s.page.evaluate(() => document.documentElement.scrollWidth);
        expect(width).toBeLessThanOrEqual(sizes[view.options.size ?? 'desktop'].width);
        expect(s.errors).toEqual([]);
        await s.close();
      });
    }
    it('galeri komponen', async () => {
      const s = await scene(browser, {
        theme,
        path: '/gallery.html',
        double: { dist: 'test-results/gallery' },
      });
      await shows(s.page, 'Grafik');
      expect(await axe(s.page)).toEqual([]);
      expect(s.errors).toEqual([]);
      await s.close();
    });
  });
}

describe('size', () => {
  for (const [path, size] of [
    ['/', 'phone'],
    ['/peta', 'phone'],
    ['/laporan', 'phone'],
    ['/kejadian', 'phone'],
    ['/kejadian?tampil=pola', 'phone'],
    ['/kejadian/301', 'phone'],
    ['/kejadian/301', 'desktop'],
    ['/laporan/1400', 'phone'],
    ['/sumber', 'phone'],
    ['/pengaturan', 'phone'],
    ['/', 'desktop'],
  ] as const) {
    it(`targets on ${path} are large enough on ${size}`, async () => {
      const s = await scene(browser, { path, size });
      await shows(s.page, 'Langsung ·');
      const least = size === 'phone' ? 36 : 24;
      const small = await s.page.evaluate((limit) => {
        const lone = [...document.querySelectorAll<HTMLElement>('button, a.button, nav a, select')];
        return lone
          .map((e) => ({ text: e.innerText || e.ariaLabel, box: e.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.height < limit || box.width < limit))
          .map(({ text, box }) => `${text}: ${Math.round(box.width)}×${Math.round(box.height)}`);
      }, least);
      expect(small).toEqual([]);
      await s.close();
    });
  }
});
