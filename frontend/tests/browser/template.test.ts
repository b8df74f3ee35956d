import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import type { IndicatorState, SourceDetail } from '../../src/api/types.ts';
import { Program } from './real.ts';
import { axe, launch, scene, shows, until } from './stage.ts';

/* A source made with a template: it is chosen by its title, and asks for its parameters alone. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const field = (path: string, type: string, label = path) => ({
  path,
  type,
  doc: path,
  label_id: label,
  label_en: label,
});
const httpjson = {
  name: 'httpjson',
  title_id: 'JSON lewat HTTP',
  title_en: 'JSON over HTTP',
  description_id: 'Sistem yang menjawab dengan JSON.',
  description_en: 'Systems that answer with JSON.',
  schedule: '@every 5m',
  brings: ['reports'],
  fields: [
    field('template', 'string', 'Templat'),
    field('params', 'map', 'Parameter'),
    field('mapping', 'object', 'Pemetaan'),
    field('mapping.fields', 'map'),
  ],
  templates: [
    {
      name: 'sp4n-kontrak',
      title_id: 'SP4N-LAPOR! (kontrak usulan)',
      title_en: 'SP4N-LAPOR! (proposed contract)',
      description_id: 'Laporan melalui perantara.',
      description_en: 'Reports through an adapter.',
      attribution: 'SP4N-LAPOR!',
      schedule: '@every 10m',
      expect_seconds: 86400,
      params: [
        { name: 'base_url', label_id: 'Alamat perantara', label_en: 'Address', required: true },
        { name: 'token', label_id: 'Kunci', label_en: 'Key', required: true, secret: true },
        { name: 'size', label_id: 'Banyaknya', label_en: 'Size', default: '100' },
      ],
    },
  ],
};

it('asks for the parameters of a template, and for no mapping under it', async () => {
  const s = await scene(browser, { size: 'phone', path: '/sumber' });
  await s.page.route('**/api/connectors', (r) => r.fulfill({ json: [httpjson] }));
  let asked: { schedule?: string; config?: unknown } = {};
  await s.page.route('**/api/sources/try', (r) => {
    asked = r.request().postDataJSON() as typeof asked;
    return r.fulfill({
      status: 422,
      json: {
        code: 'invalid',
        errors: [{ location: 'config.params.token' }],
        detail: 'must not hold the secret itself: write env:NAME or file:PATH',
      },
    });
  });
  await s.page.getByRole('button', { name: 'Sambungkan sumber' }).click();
  const dialog = s.page.locator('dialog[open]');
  await dialog.locator('select').first().selectOption('httpjson');
  await dialog.getByLabel('Nama yang dibaca pejabat').fill('Lapor');
  const choice = dialog.getByLabel('Templat', { exact: true });
  expect(await choice.locator('option').allInnerTexts()).toEqual([
    'Tanpa templat',
    'SP4N-LAPOR! (kontrak usulan)',
  ]);
  const mapping = dialog.locator('[data-mapping]');
  expect(await mapping.count()).toBe(1);
  await choice.selectOption('sp4n-kontrak');
  await shows(s.page, 'Sumber yang wajib disebut: SP4N-LAPOR!.');
  expect(await mapping.count()).toBe(0);
  expect(await dialog.getByLabel('Banyaknya').getAttribute('placeholder')).toBe('100');
  await dialog.getByLabel('Alamat perantara').fill('https://perantara.contoh.go.id');
  const key = dialog.getByLabel('Kunci');
  await key.fill('rahasia');
  expect(await axe(s.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Coba' }).first().click();
  await until(async () => (await key.getAttribute('aria-invalid')) === 'true', 'the key is marked');
  expect(await dialog.getByRole('alert').innerText()).toContain('Kunci: jangan isi rahasianya di sini');
  expect(asked.schedule).toBe('@every 10m');
  expect(asked.config).toEqual({
    template: 'sp4n-kontrak',
    params: { base_url: 'https://perantara.contoh.go.id', token: 'rahasia' },
  });
  await choice.selectOption('');
  expect(await mapping.count()).toBe(1);
  expect(await key.count()).toBe(0);
});

/** What the air station answers: hours of WITA, month before day; the newest is no measurement. */
function air(): string {
  const row = (hoursAgo: number, pm25: number) => {
    const [day = '', time = ''] = new Date(Date.now() + (8 - hoursAgo) * 3_600_000).toISOString().split('T');
    const [year, month, date] = day.split('-');
    return { fullDate: `${month}-${date}-${year} ${time.slice(0, 2)}:00`, pm25 };
  };
  return JSON.stringify({ history: [row(2, 8), row(1, 9.5), row(0, -1.9)] });
}

it('connects a source by its template on the real program, and keeps what cannot be out of the figure', async () => {
  const server = createServer((_, answer) =>
    answer.writeHead(200, { 'Content-Type': 'application/json' }).end(air()),
  );
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const program = new Program();
  try {
    await program.ready(/\(siap/);
    const w = await program.walk(browser, program.officer('operator'), 'desktop', '/sumber');
    await w.page.getByRole('button', { name: 'Sambungkan sumber' }).click();
    const d = w.page.locator('dialog[open]').first();
    await d.getByLabel('Jenis sumber').selectOption('httpjson');
    await d.getByLabel('Nama yang dibaca pejabat').fill('Udara');
    await d.getByLabel('Templat', { exact: true }).selectOption({ label: 'PM2.5 BMKG APT Pranoto' });
    const address = d.getByLabel('Alamat', { exact: true });
    expect(await address.getAttribute('placeholder')).toBe('https://pm25.bmkgaptpranoto.com');
    await address.fill(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const attempt = d.getByRole('button', { name: 'Coba', exact: true });
    await attempt.click();
    await shows(w.page, 'belum diizinkan');
    await d.getByLabel('Izinkan alamat jaringan dalam').check();
    await attempt.click();
    await shows(w.page, '3 pengamatan');
    expect(await axe(w.page)).toEqual([]);
    await d.getByRole('button', { name: 'Sambungkan', exact: true }).click();
    await until(() => w.page.url().endsWith('/sumber/udara'), 'the source');
    await shows(w.page, 'BMKG Stasiun Meteorologi APT Pranoto');
    await w.press('Tarik sekarang');
    const state = async () =>
      (await w.ask<IndicatorState[]>('/api/indicators/states')).find((s) => s.indicator === 'pm25');
    await until(async () => (await state())?.value === 9.5, 'the last that can be is the figure', 30_000);
    const { health } = await w.ask<SourceDetail>('/api/sources/udara');
    expect(health).toMatchObject({ schedule: '5,35 * * * *', expect_seconds: 7200, findings: 1 });
    // The browser notes that the address was not allowed at first.
    w.errors.splice(0, w.errors.length, ...w.errors.filter((e) => !e.includes('/api/sources/try')));
    await w.end();
  } finally {
    await program.stop();
    server.close();
  }
}, 180_000);
