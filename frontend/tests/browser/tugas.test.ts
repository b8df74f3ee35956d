import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { Double } from '../double/server.mjs';
import { Line, Phone } from './phone.ts';
import { axe, launch, scene, shows, textOf, until, type SceneOptions } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch(false, ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']);
});
afterAll(() => browser.close());

const lurah = (double: Double) => {
  double.role = 'lurah';
  double.officer = { id: 7, area_code: '64.72.03.1004', area_name: 'Sidodadi' };
};
const phone = (more: SceneOptions = {}) =>
  scene(browser, { size: 'phone', path: '/tugas', prepare: lurah, ...more });
const cards = (page: Page) => page.locator('article.card');
const ready = (page: Page) => until(async () => (await cards(page).count()) > 0, 'tasks on screen');
const press = (page: Page, name: RegExp | string, nth = 0) =>
  page.getByRole('button', { name }).nth(nth).click();
/** The worker has kept the shell, and the page is its. */
const kept = (page: Page) =>
  until(
    () =>
      page.evaluate(async () => {
        const ready = await navigator.serviceWorker.ready;
        return ready.active?.state === 'activated' && navigator.serviceWorker.controller !== null;
      }),
    'the service worker keeps the shell',
  );
/** The officer's list stands in the phone's own storage. */
const listKept = (page: Page) =>
  until(
    () =>
      page.evaluate(
        () =>
          new Promise<boolean>((done) => {
            const asked = indexedDB.open('balaikota');
            asked.onsuccess = () => {
              const db = asked.result;
              const all = db.transaction('kept').objectStore('kept').getAllKeys();
              all.onsuccess = () => {
                db.close();
                const keys = all.result.map((k) => String((k as unknown[])[1]));
                done(['tasks', 'kelurahan', 'session', 'detail:11'].every((k) => keys.includes(k)));
              };
            };
            asked.onerror = () => done(false);
          }),
      ),
    'the phone keeps the list',
  );

async function note(page: Page, words: string): Promise<void> {
  await page.locator('article.card summary').first().click();
  await page.locator('article.card').first().getByRole('button', { name: 'Catatan' }).click();
  await page.getByLabel('Keterangan').fill(words);
  await press(page, /Simpan, kirim|^Kirim$/);
  await until(async () => (await page.locator('dialog[open]').count()) === 0, 'the form is closed');
  await page.locator('article.card summary').first().click();
}

describe('an officer’s tasks on a phone', () => {
  it('are where a lurah begins, and first in the bar below', async () => {
    const s = await phone({ path: '/' });
    await ready(s.page);
    expect(new URL(s.page.url()).pathname).toBe('/tugas');
    expect(await s.page.locator('.rail a').first().innerText()).toContain('Tugas');
    expect(await s.page.locator('.rail a:visible').count()).toBe(5);
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

describe('without a network', () => {
  it('the shell opens, says Luring and how old the list is; steps wait and are sent when the line is back', async () => {
    const s = await phone();
    await ready(s.page);
    await kept(s.page);
    await listKept(s.page);
    const address = s.url;
    await s.double.stop();
    await s.page.goto(`${address}/tugas`);
    await ready(s.page);
    await shows(s.page, 'Luring. Daftar diterima');
    await until(
      async () => /Luring · data terakhir \d\d\.\d\d/.test(await textOf(s.page, '.chip')),
      'the chip says Luring and since when',
    );
    expect(await s.page.locator('.route svg path.area').count()).toBeGreaterThan(0);
    await press(s.page, /^Terima ?: Bersihkan/);
    await shows(s.page, 'menunggu sinyal');
    await shows(s.page, 'Diterima');
    await s.page.goto(`${address}/tugas/11`);
    await shows(s.page, 'Kerjakan bersama warga');
    await shows(s.page, 'menunggu sinyal');
    expect(await axe(s.page)).toEqual([]);
    await s.double.start(Number(new URL(address).port));
    await s.page.evaluate(() => dispatchEvent(new Event('online')));
    await until(() => s.double.tasks.arrived.size >= 1, 'the step arrives');
    await shows(s.page, 'terkirim');
    expect(
      ([...s.double.tasks.arrived.values()] as { kind?: string }[]).filter((x) => x.kind === 'accept'),
    ).toHaveLength(1);
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('what is refused says why, and is tried again or thrown away after asking', async () => {
    const s = await phone();
    s.double.tasks.refusals.set('accept', 'the disposition was canceled');
    await ready(s.page);
    await press(s.page, /^Terima ?: Bersihkan/);
    await shows(s.page, 'ditolak:');
    await press(s.page, 'Coba lagi');
    await shows(s.page, 'ditolak:');
    await press(s.page, 'Buang');
    await shows(s.page, 'Buang catatan ini?');
    await s.page.locator('dialog').getByRole('button', { name: 'Buang' }).click();
    await until(async () => !(await textOf(s.page)).includes('ditolak:'), 'it is gone');
    s.double.tasks.refusals.clear();
    await press(s.page, /^Terima ?: Bersihkan/);
    await until(() => s.double.tasks.arrived.size === 1, 'a new one arrives');
    await s.close();
  });

  it('signing out asks while something waits; nothing fetched stays, and nobody else sees or sends it', async () => {
    const s = await phone();
    await ready(s.page);
    await kept(s.page);
    await listKept(s.page);
    await s.context.setOffline(true);
    await note(s.page, 'milik lurah pertama');
    await s.page.goto(`${s.url}/pengaturan`);
    await press(s.page, 'Keluar');
    await shows(s.page, 'Masih ada yang belum terkirim');
    await s.page.getByRole('button', { name: 'Keluar, kirim nanti' }).click();
    await shows(s.page, 'Nama pengguna');
    const left = await s.page.evaluate(
      () =>
        new Promise<string[]>((done) => {
          indexedDB.open('balaikota').onsuccess = (e) => {
            const db = (e.target as IDBOpenDBRequest).result;
            const all = db.transaction('kept').objectStore('kept').getAllKeys();
            all.onsuccess = () =>
              done(all.result.map((k) => (k as unknown[]).join(':')).filter((k) => !k.startsWith('0:')));
          };
        }),
    );
    expect(left).toEqual([]);
    await s.context.setOffline(false);
    s.double.officer = { id: 8, area_code: '64.72.03.1005', area_name: 'Air Hitam' };
    await signIn(s.page);
    await s.page.goto(`${s.url}/tugas`);
    await ready(s.page);
    expect(await textOf(s.page)).not.toContain('milik lurah pertama');
    expect(s.double.tasks.arrived.size).toBe(0);
    await s.page.goto(`${s.url}/pengaturan`);
    await press(s.page, 'Keluar');
    await shows(s.page, 'Nama pengguna');
    s.double.officer = { id: 7, area_code: '64.72.03.1004', area_name: 'Sidodadi' };
    await signIn(s.page);
    await until(() => s.double.tasks.texts().includes('milik lurah pertama'), 'its owner sends it');
    await s.close();
  });

  it('a session that ended keeps what waits until the same officer signs in', async () => {
    const s = await phone();
    await ready(s.page);
    await kept(s.page);
    await listKept(s.page);
    await s.context.setOffline(true);
    await note(s.page, 'sebelum sesi berakhir');
    s.double.signedIn = false;
    await s.context.setOffline(false);
    await shows(s.page, 'Nama pengguna');
    expect(s.double.tasks.arrived.size).toBe(0);
    await signIn(s.page);
    await until(
      () => s.double.tasks.texts().includes('sebelum sesi berakhir'),
      'it arrives after signing in',
    );
    await s.close();
  });

  it('keeps nothing of the server’s data in the worker’s cache', async () => {
    const s = await phone();
    await ready(s.page);
    await kept(s.page);
    const paths = await s.page.evaluate(async () => {
      const out: string[] = [];
      for (const name of await caches.keys())
        for (const r of await (await caches.open(name)).keys()) out.push(new URL(r.url).pathname);
      return out;
    });
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((p) => !/^\/$|^\/assets\/|^\/[^/]+\.(svg|js|png|webmanifest)$/.test(p))).toEqual([]);
    await s.close();
  });
});

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Nama pengguna').fill('contoh');
  await page.getByLabel('Kata sandi', { exact: true }).fill('rahasia-contoh');
  await page.getByRole('button', { name: 'Masuk' }).click();
  await until(async () => (await page.locator('.shell').count()) === 1, 'signed in');
}

describe('the app itself', () => {
  it('waits with a new version until the reader loads it', async () => {
    const s = await phone();
    await ready(s.page);
    await kept(s.page);
    s.double.worker = '// a newer build\n';
    await s.page.evaluate(async () => {
      await (await navigator.serviceWorker.ready).update();
    });
    await shows(s.page, 'Versi baru siap.');
    await press(s.page, 'Muat ulang');
    await until(
      async () => !(await textOf(s.page)).includes('Versi baru siap.'),
      'the new version is in use',
    );
    await ready(s.page);
    await s.close();
  });

  it('shows a push and leads to its one screen', async () => {
    const s = await phone({ path: '/' });
    await s.context.grantPermissions(['notifications']);
    await kept(s.page);
    const devtools = await s.context.newCDPSession(s.page);
    const registered = new Promise<string>((done) =>
      devtools.on(
        'ServiceWorker.workerRegistrationUpdated',
        (e: { registrations: { registrationId: string }[] }) => {
          const id = e.registrations[0]?.registrationId;
          if (id) done(id);
        },
      ),
    );
    await devtools.send('ServiceWorker.enable');
    const data = JSON.stringify({
      title: 'Balaikota',
      body: '1 tindakan baru. Buka aplikasi.',
      path: '/tugas/12',
    });
    await devtools.send('ServiceWorker.deliverPushMessage', {
      origin: s.url,
      registrationId: await registered,
      data,
    });
    const notes = () =>
      s.page.evaluate(async () =>
        (await (await navigator.serviceWorker.ready).getNotifications()).map((n) => [n.body, n.data]),
      );
    await until(async () => (await notes()).length === 1, 'the notice is shown');
    expect(await notes()).toEqual([['1 tindakan baru. Buka aplikasi.', { path: '/tugas/12' }]]);
    await s.close();
  });

  it('lists notices behind the bell, with what is unread', async () => {
    const s = await phone();
    await ready(s.page);
    const bell = s.page.getByRole('button', { name: 'Pemberitahuan, 2 belum dibaca' });
    await until(async () => (await bell.count()) === 1, 'two unread');
    await bell.click();
    expect(await axe(s.page)).toEqual([]);
    await s.page
      .getByRole('link', { name: /lampu jalan/ })
      .last()
      .click();
    await until(() => s.page.url().endsWith('/tugas/12'), 'its screen');
    await until(
      async () => (await s.page.getByRole('button', { name: 'Pemberitahuan, 1 belum dibaca' }).count()) === 1,
      'one unread',
    );
    await s.close();
  });

  it('keeps the officer’s own choice of ways and quiet hours', async () => {
    const s = await phone({ path: '/pengaturan' });
    await until(async () => (await s.page.getByLabel('Dari', { exact: true }).count()) === 1, 'the settings');
    await s.page.getByLabel('Kirim surel').check();
    await s.page.getByLabel('Surel', { exact: true }).fill('lurah@contoh.example');
    await s.page.getByLabel('Sampai', { exact: true }).fill('06.00');
    await press(s.page, 'Simpan');
    await shows(s.page, 'Tersimpan.');
    expect(s.double.tasks.preferences).toMatchObject({
      channels: ['push', 'surel'],
      email: 'lurah@contoh.example',
      quiet_until: '06.00',
    });
    await s.close();
  });
});

describe('an app that is killed', () => {
  it('has kept every step that it said it kept, and sends each once', async () => {
    const double = new Double();
    lurah(double);
    const line = new Line(await double.start());
    const address = await line.start();
    const own = new Phone();
    const made: string[] = [];
    try {
      let page = await own.open(`${address}/tugas`);
      await ready(page);
      await kept(page);
      await listKept(page);
      for (let round = 0; round < 3; round++) {
        line.set('down');
        for (let i = 0; i < 3; i++) {
          const words = `catatan ${round}-${i}`;
          await note(page, words);
          made.push(words);
        }
        line.set('deaf');
        const before = line.cut;
        await page.evaluate(() => dispatchEvent(new Event('online')));
        await until(() => line.cut > before, 'an answer is lost');
        await own.kill();
        line.set('down');
        page = await own.open(`${address}/tugas`);
        await ready(page);
      }
      line.set('up');
      await page.evaluate(() => dispatchEvent(new Event('online')));
      await until(() => double.tasks.arrived.size >= made.length, 'all arrive');
      await shows(page, 'Semua sudah terkirim.');
      expect(double.tasks.texts().sort()).toEqual([...made].sort());
      expect(own.errors).toEqual([]);
    } finally {
      await own.close();
      await line.stop();
      await double.stop();
    }
  }, 120_000);
});
