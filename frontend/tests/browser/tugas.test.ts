import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { listKept, lurah, press, ready, phoneBy } from './tasked.ts';
import { axe, launch, shows, textOf, until } from './stage.ts';

/* An officer's tasks on a phone. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']);
});
afterAll(() => browser.close());
const phone = phoneBy(() => browser);

describe('an officer’s tasks on a phone', () => {
  it('are where a lurah begins, and first in the bar below', async () => {
    const s = await phone({ path: '/' });
    await ready(s.page);
    expect(new URL(s.page.url()).pathname).toBe('/tugas');
    expect(await s.page.locator('.rail a').first().innerText()).toContain('Tugas');
    expect(await s.page.locator('.rail a:visible, .rail button:visible').count()).toBe(5);
    await s.page.locator('.rail a', { hasText: 'Ringkasan' }).click();
    await shows(s.page, 'Perlu perhatian sekarang');
    await s.close();
  });

  it('say why each stands where it does, how far it is, and what comes when it is late', async () => {
    const s = await phone();
    await ready(s.page);
    const text = await textOf(s.page);
    for (const words of [
      'Tenggat paling dekat',
      '350 m dari posisi Anda',
      'naik ke camat bila lewat',
      'Lewat 3 jam',
    ])
      expect(text).toContain(words);
    const address = await s.page.getByRole('link', { name: 'Buka di aplikasi peta' }).getAttribute('href');
    expect(address).toBe('geo:-0.487000,117.146000?q=-0.487000,117.146000');
    expect(await s.page.locator('.route svg .stop').count()).toBe(3);
    await s.close();
  });

  it('are accepted, reported on and hindered by three large buttons', async () => {
    const s = await phone();
    await ready(s.page);
    await press(s.page, /^Terima ?: Bersihkan/);
    await until(() => s.double.tasks.arrived.size === 1, 'Terima arrives');
    await shows(s.page, 'terkirim');
    await press(s.page, /^Lapor ?: Bersihkan/);
    await s.page.getByLabel('Keterangan').fill('Parit separuh bersih.');
    await press(s.page, 'Tambah bahan');
    await s.page.getByLabel('Nama').fill('Karung');
    await s.page.getByLabel('Jumlah').fill('2,5');
    await s.page.getByLabel('Satuan').fill('lusin');
    await press(s.page, /^Kirim$/);
    await until(() => s.double.tasks.arrived.size === 2, 'Lapor arrives');
    await press(s.page, /^Kendala ?: Bersihkan/);
    await press(s.page, /^Kirim$/);
    await shows(s.page, 'Pilih kendalanya.');
    await s.page.getByLabel('Alat', { exact: true }).check();
    await s.page.getByLabel('Keterangan').fill('Pompa rusak.');
    await press(s.page, /^Kirim$/);
    await until(() => s.double.tasks.arrived.size === 3, 'Kendala arrives');
    const [accept, report, hinder] = [...s.double.tasks.arrived.values()];
    expect(accept).toMatchObject({ disposition_id: 11, kind: 'accept' });
    expect(report).toMatchObject({
      kind: 'progress',
      parts: [{ name: 'Karung', quantity: 2.5, unit: 'lusin' }],
    });
    expect(hinder).toMatchObject({ kind: 'hinder', obstacle: 'alat', text: 'Pompa rusak.' });
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('are closed with a photo from the app’s own camera, its place, time and token', async () => {
    const s = await phone({ path: '/tugas/13' });
    await s.context.setGeolocation({ longitude: 117.1411, latitude: -0.4951, accuracy: 9 });
    await s.context.grantPermissions(['geolocation', 'camera']);
    await s.page.reload();
    await shows(s.page, 'Tinjau tumpukan');
    await until(() => s.double.tasks.tokens > 0, 'tokens are fetched ahead');
    await press(s.page, /^Selesai ?: Tinjau/);
    await press(s.page, /^Kirim$/);
    await shows(s.page, 'Tambahkan paling sedikit satu foto');
    await shows(s.page, 'ketelitian ± 9 m');
    await press(s.page, 'Ambil foto');
    const shutter = s.page.getByRole('button', { name: 'Potret' });
    await until(() => shutter.isEnabled(), 'the camera is on');
    await shutter.click();
    await until(
      async () => (await s.page.locator('dialog fieldset img').count()) === 1,
      'the photo is there',
    );
    expect(await axe(s.page)).toEqual([]);
    await press(s.page, /^Kirim$/);
    await until(() => s.double.tasks.arrived.size === 1, 'the closing arrives');
    const photos = [...s.double.tasks.photos.values()] as Record<string, unknown>[];
    expect(photos).toHaveLength(1);
    expect(photos[0]).toMatchObject({
      disposition_id: '13',
      stage: 'after',
      lon: '117.1411',
      lat: '-0.4951',
      accuracy_m: '9',
    });
    expect(photos[0]?.token).toMatch(/^t\d+$/);
    expect(photos[0]?.size).toBeGreaterThan(1000);
    const [closing] = [...s.double.tasks.arrived.values()];
    expect(closing).toMatchObject({ kind: 'finish', percent: 100, proofs: [photos[0]?.client_id] });
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('take a photo as a file where the camera may not be used, and say so', async () => {
    const s = await phone({ path: '/tugas/13' });
    await shows(s.page, 'Tinjau tumpukan');
    await s.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await press(s.page, /^Selesai ?: Tinjau/);
    await press(s.page, 'Ambil foto');
    await shows(s.page, 'Izin kamera ditolak');
    const bytes = await s.page.evaluate(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 2400, height: 1200 });
      canvas.getContext('2d')?.fillRect(10, 10, 900, 900);
      const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg'));
      return [...new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))];
    });
    await s.page
      .getByLabel('Pakai kamera ponsel')
      .setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(bytes) });
    const picture = s.page.locator('dialog fieldset img');
    await until(async () => (await picture.count()) === 1, 'the photo is there');
    expect(await picture.evaluate((i: HTMLImageElement) => [i.naturalWidth, i.naturalHeight])).toEqual([
      1600, 800,
    ]);
    await s.close();
  });

  it('are handed on by a camat to a lurah below', async () => {
    const s = await phone({
      prepare: (double) => {
        lurah(double);
        double.role = double.tasks.role = 'camat';
      },
    });
    await ready(s.page);
    await s.page.locator('article.card summary').first().click();
    await press(s.page, 'Teruskan ke lurah');
    await press(s.page, /^Kirim$/);
    await shows(s.page, 'Pilih kantor.');
    await shows(s.page, 'Tidak melewati tenggat tugas ini, ');
    await s.page.getByLabel('Teruskan kepada').selectOption('Kel. Sidodadi');
    await press(s.page, /^Kirim$/);
    await until(() => s.double.tasks.arrived.size === 1, 'the order arrives');
    expect([...s.double.tasks.arrived.values()][0]).toMatchObject({
      office: 'Kel. Sidodadi',
      parent_id: 11,
      due_days: 3,
    });
    await shows(s.page, 'Diteruskan');
    await s.close();
  });

  it('are closed by a camat without a picture of his own once a part is proven', async () => {
    const s = await phone({
      prepare: (double) => {
        lurah(double);
        double.role = double.tasks.role = 'camat';
        const [whole] = double.tasks.dispositions;
        if (!whole) throw new Error('the double has no tasks');
        Object.assign(whole, { status: 'passed_on', proof: true });
        double.tasks.parts = [{ ...whole, id: 31, parent_id: whole.id, status: 'done' }];
      },
    });
    await ready(s.page);
    await listKept(s.page);
    let release = (): void => undefined;
    const held = new Promise<void>((done) => (release = done));
    await s.page.route('**/api/dispositions/11', async (route) => {
      await held;
      await route.continue();
    });
    await press(s.page, /^Selesai ?:/);
    const told = () => textOf(s.page, 'dialog[open]');
    expect(await told(), 'before the parts are known').not.toContain('Foto dari lokasi diperlukan');
    release();
    await until(() => s.page.getByRole('button', { name: /^Kirim$/ }).isEnabled(), 'the parts are known');
    expect(await told(), 'once they are known').not.toContain('Foto dari lokasi diperlukan');
    await s.page.getByLabel('Keterangan').fill('Semua bagian selesai.');
    await press(s.page, /^Kirim$/);
    await until(() => s.double.tasks.arrived.size === 1, 'the step arrives');
    expect([...s.double.tasks.arrived.values()][0]).toMatchObject({ kind: 'finish', disposition_id: 11 });
    await s.close();
  });

  for (const [name, size] of Object.entries({
    ponsel: { width: 390, height: 844, scale: 100 },
    sempit: { width: 320, height: 568, scale: 100 },
    'teks besar': { width: 390, height: 844, scale: 200 },
    desktop: { width: 1440, height: 900, scale: 100 },
  })) {
    for (const theme of ['light', 'dark'] as const) {
      it(`fit and pass axe: ${name}, ${theme}`, async () => {
        const s = await phone({ theme });
        await s.page.setViewportSize(size);
        await ready(s.page);
        for (const path of ['/tugas', '/tugas/11', '/pengaturan']) {
          await s.page.goto(s.url + path);
          await until(async () => (await s.page.locator('h2').count()) > 0, 'the view');
          await until(async () => (await s.page.locator('.skeleton').count()) === 0, 'everything has loaded');
          await s.page.evaluate(
            (k) => document.documentElement.style.setProperty('--text-scale', String(k / 100)),
            size.scale,
          );
          expect(await axe(s.page), path).toEqual([]);
          expect(await s.page.evaluate(wide), path).toEqual([]);
          if (size.width < 701) expect(await s.page.evaluate(small), path).toEqual([]);
        }
        expect(s.errors).toEqual([]);
        await s.close();
      });
    }
  }
});

/** What is wider than the screen. */
function wide(): string[] {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll('main *, header *')]
    .filter((e) => e.getClientRects().length > 0 && e.getBoundingClientRect().right > width + 1)
    .filter((e) => !e.closest('svg, .hidden-text, .segmented, dialog:not([open])'))
    .map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`);
}
/** What is too small for a thumb in the tasks' own views. */
function small(): string[] {
  return [...document.querySelectorAll('.tasks button, .tasks a, .tasks summary, .bell, .wheel, .rail a')]
    .filter((e) => e.getClientRects().length > 0 && e.getBoundingClientRect().height < 43.5)
    .map((e) => `${e.tagName} ${e.textContent?.trim()} ${Math.round(e.getBoundingClientRect().height)}`);
}
