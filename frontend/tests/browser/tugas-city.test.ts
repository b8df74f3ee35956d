import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { Line, Phone } from './phone.ts';
import { shows, textOf, until } from './stage.ts';

/*
 * The real program and its Postgres, a lurah's phone with a storage of its own,
 * and a line between them that breaks: what is done without a network on two
 * days arrives, each once. No test double.
 */

const program = process.env.BALAIKOTA ?? resolve(import.meta.dirname, '../../../bin/balaikota');
const password = 'tepian mahakam 7 sore';
const village = '64.72.03.1004';
const hour = 3_600_000;
const phone = new Phone();
let server: ChildProcess;
let data: string;
let log = '';
let url = '';
let camat = '';
let first = '';
let line: Line;
let address = '';

function run(...args: string[]): string {
  return execFileSync(program, args, {
    env: { ...process.env, BALAIKOTA_DATA: data, DATABASE_URL: '' },
    encoding: 'utf8',
  });
}
async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(url + path, {
    method,
    headers: { Authorization: `Bearer ${camat}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

beforeAll(async () => {
  if (!existsSync(program)) throw new Error('bin/balaikota is missing; run make build');
  data = mkdtempSync(join(tmpdir(), 'balaikota-tugas-'));
  chmodSync(data, 0o755);
  server = spawn(program, ['serve', '--addr', '127.0.0.1:0'], {
    env: { ...process.env, BALAIKOTA_DATA: data, DATABASE_URL: '' },
  });
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (chunk) => (log += chunk));
  const announced = /http:\/\/127\.0\.0\.1:\d+(?= {2}\(siap)/;
  await until(() => announced.test(log), `the server is ready:\n${log}`, 120_000);
  url = announced.exec(log)?.[0] ?? '';
  camat = run('user', 'token', '--role', 'camat', '--area', village.slice(0, 8)).trim();
  first =
    run('user', 'add', 'lurah.uji', '--role', 'lurah', '--area', village).trim().split(' ').at(-1) ?? '';
  line = new Line(url);
  address = await line.start();
}, 150_000);

afterAll(async () => {
  await phone.close();
  await line?.stop();
  if (server && server.exitCode === null) {
    const ended = new Promise((done) => server.once('exit', done));
    server.kill('SIGTERM');
    await ended;
  }
  rmSync(data, { recursive: true, force: true });
}, 60_000);

interface Detail {
  id: number;
  status: string;
  steps: { kind: string; text?: string; said_at?: string; proofs?: number[] }[];
}

/** The camat sends tasks to the lurah. */
async function instruct(n: number): Promise<number[]> {
  const offices = await ask<{ short_name: string; kind: string; area_code?: string }[]>(
    'GET',
    '/api/offices',
  );
  const office = offices.find((o) => o.kind === 'kelurahan' && o.area_code === village)?.short_name;
  const ids: number[] = [];
  for (let i = 0; i < n; i++) {
    const made = await ask<Detail>('POST', '/api/dispositions', {
      client_id: crypto.randomUUID(),
      office,
      copies: [],
      nature: 'biasa',
      subject: `Periksa saluran nomor ${i + 1}`,
      instruction: 'Periksa dan laporkan keadaannya.',
      due_days: 5 + i,
      area_code: village,
      place: `Gang ${i + 1}`,
      lon: 117.145 + i / 1000,
      lat: -0.487,
      incidents: [],
      reports: [],
      attachments: [],
    });
    ids.push(made.id);
  }
  return ids;
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Nama pengguna').fill('lurah.uji');
  await page.getByLabel('Kata sandi', { exact: true }).fill(first);
  await page.getByRole('button', { name: 'Masuk' }).click();
  await shows(page, 'Kata sandi awal hanya berlaku');
  await page.getByLabel('Kata sandi baru', { exact: true }).fill(password);
  await page.getByLabel('Ulangi kata sandi baru').fill(password);
  await page.getByRole('button', { name: 'Simpan kata sandi' }).click();
}

const cards = (page: Page) => page.locator('article.card');
const card = (page: Page, i: number) =>
  cards(page)
    .filter({ hasText: `nomor ${i + 1}` })
    .first();
const online = (page: Page) => page.evaluate(() => dispatchEvent(new Event('online')));
async function keptAll(page: Page, ids: number[]): Promise<void> {
  const keys = () =>
    page.evaluate(
      () =>
        new Promise<string[]>((done) => {
          const asked = indexedDB.open('balaikota');
          asked.onerror = () => done([]);
          asked.onsuccess = () => {
            const all = asked.result.transaction('kept').objectStore('kept').getAllKeys();
            all.onsuccess = () => {
              asked.result.close();
              done(all.result.map((k) => String((k as unknown[])[1])));
            };
          };
        }),
    );
  await until(
    async () => {
      const held = await keys();
      return ['tasks', 'session', ...ids.map((id) => `detail:${id}`)].every((k) => held.includes(k));
    },
    'the phone keeps the tasks and their letters',
    60_000,
  );
  await until(
    () =>
      page.evaluate(
        async () =>
          (await navigator.serviceWorker.ready).active?.state === 'activated' &&
          navigator.serviceWorker.controller !== null,
      ),
    'the shell is kept',
  );
}

/** One action of the lurah's, with words that are found again. */
async function act(
  page: Page,
  task: number,
  kind: 'Terima' | 'Lapor' | 'Kendala',
  words: string,
): Promise<void> {
  const button = card(page, task).getByRole('button', { name: new RegExp(`^${kind} ?:`) });
  await button.click({ timeout: 20_000 }).catch(async (cause: unknown) => {
    throw new Error(`${words}: ${String(cause)}\n${(await textOf(page)).slice(0, 2500)}`);
  });
  if (kind !== 'Terima') {
    if (kind === 'Kendala') await page.getByLabel('Alat', { exact: true }).check();
    await page.getByLabel('Keterangan').fill(words);
    await page.getByRole('button', { name: /^(Kirim|Simpan, kirim saat ada sinyal)$/ }).click();
  }
  await until(async () => (await page.locator('dialog[open]').count()) === 0, 'the form is closed');
  await shows(page, 'Tersimpan di perangkat ini.');
}

describe('a lurah’s phone and the real program', () => {
  it('50 actions of two days without a network, a flapping line and a killed app arrive, each once', async () => {
    const ids = await instruct(5);
    let page = await phone.open(address);
    await signIn(page);
    await until(async () => (await cards(page).count()) === ids.length, 'the tasks', 60_000);
    await keptAll(page, ids);
    // Closed, not killed: a browser writes a new cookie to its disk half a minute later.
    await phone.quit();

    const began = Date.now() - 48 * hour;
    const made: { task: number; kind: string; words: string }[] = [];
    let clock = began;
    // Each day's stretch ends with the app killed, most of them within an attempt to send.
    for (let stretch = 0; stretch < 5; stretch++) {
      line.set('down');
      page = await phone.open(`${address}/tugas`, new Date(clock));
      await until(async () => (await cards(page).count()) === ids.length, 'the kept tasks', 60_000);
      for (let i = 0; i < 10; i++) {
        const task = i % 5;
        const kind = stretch === 0 && i < 5 ? 'Terima' : i === 9 && stretch % 2 === 1 ? 'Kendala' : 'Lapor';
        const words = `tindakan ${stretch}-${i}`;
        await act(page, task, kind, words);
        made.push({ task, kind, words });
        await page.clock.fastForward(50 * 60_000);
        clock += 58 * 60_000;
        // The line comes and goes; what it takes along is answered into the void.
        if (i === 4) {
          const cut = line.cut;
          line.set(stretch % 2 ? 'deaf' : 'up');
          await online(page);
          if (stretch % 2) await until(() => line.cut > cut, 'an answer is lost', 60_000);
          line.set('down');
        }
      }
      const cut = line.cut;
      line.set('deaf');
      await online(page);
      await until(() => line.cut > cut, 'an answer is lost', 60_000);
      await phone.kill();
    }
    expect(made).toHaveLength(50);

    line.set('up');
    page = await phone.open(`${address}/tugas`);
    await until(async () => (await textOf(page)).includes('Semua sudah terkirim.'), 'all is sent', 120_000);
    expect(await page.locator('.state.refused').count()).toBe(0);

    const details = await Promise.all(ids.map((id) => ask<Detail>('GET', `/api/dispositions/${id}`)));
    const steps = details.flatMap((d) =>
      d.steps.filter((s) => ['accept', 'progress', 'hinder'].includes(s.kind)),
    );
    expect(steps).toHaveLength(50);
    expect(steps.filter((s) => s.kind === 'accept')).toHaveLength(5);
    const words = steps.flatMap((s) => s.text ?? []).sort();
    expect(words).toEqual(
      made
        .filter((m) => m.kind !== 'Terima')
        .map((m) => m.words)
        .sort(),
    );
    // Each task's own steps stand in the order they were taken.
    details.forEach((d, task) => {
      const own = d.steps.filter((s) => s.kind === 'progress' || s.kind === 'hinder').map((s) => s.text);
      expect(own).toEqual(made.filter((m) => m.task === task && m.kind !== 'Terima').map((m) => m.words));
    });
    const said = steps.map((s) => Date.parse(s.said_at ?? ''));
    expect(Math.max(...said) - Math.min(...said)).toBeGreaterThan(36 * hour);
    expect(phone.errors).toEqual([]);
  }, 600_000);

  it('a closing with a photo of the app’s own camera reaches the checks of proof', async () => {
    const before = await ask<{ items: Detail[] }>('GET', '/api/dispositions?limit=50');
    const id = Math.min(...before.items.map((d) => d.id));
    const { page } = phone;
    await page.goto(`${address}/tugas/${id}`);
    await page.getByRole('button', { name: /^Selesai ?:/ }).click();
    await page.getByLabel('Keterangan').fill('Saluran bersih.');
    await page.getByRole('button', { name: 'Ambil foto' }).click();
    const shutter = page.getByRole('button', { name: 'Potret' });
    await until(() => shutter.isEnabled(), 'the camera is on', 60_000);
    await shutter.click();
    await until(async () => (await page.locator('dialog fieldset img').count()) === 1, 'the photo is there');
    await page.getByRole('button', { name: /^Kirim$/ }).click();
    await until(
      async () => {
        const d = await ask<Detail>('GET', `/api/dispositions/${id}`);
        return d.steps.some((s) => s.kind === 'finish' && s.proofs?.length === 1);
      },
      'the closing and its proof',
      60_000,
    );
    const proofs = await ask<{ stage: string; lon?: number; width: number }[]>(
      'GET',
      `/api/dispositions/${id}/proofs`,
    );
    expect(proofs).toHaveLength(1);
    expect(proofs[0]).toMatchObject({ stage: 'after', lon: 117.148 });
  }, 180_000);
});
