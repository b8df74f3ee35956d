import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { Double } from '../double/server.mjs';
import { Line, Phone } from './phone.ts';
import { kept, listKept, lurah, note, press, ready, phoneBy } from './tasked.ts';
import { axe, launch, shows, textOf, until } from './stage.ts';

/* What a phone does without a network, and when its app is killed. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']);
});
afterAll(() => browser.close());
const phone = phoneBy(() => browser);

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
