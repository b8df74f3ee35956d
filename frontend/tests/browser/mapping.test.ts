import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Locator, Page } from 'playwright-core';
import type { IndicatorState, SourceForm } from '../../src/api/types.ts';
import { Program, type Walk } from './real.ts';
import { axe, launch, shows, until } from './stage.ts';

/*
 * An operator connects what other systems have, without writing a mapping: a table of
 * figures and a service of complaints, by a real server, to a figure and a report on screen.
 */

const table = `Kelurahan,Tanggal,Jumlah RTLH
Air Putih,01-11-2026,"1.234"
Sidodadi,01-11-2026,"45"
Dadi Mulya,01-11-2026,"-"
`;
const complaints = {
  data: [
    ['A-1', '2026-11-20 08:15:00', 'Lampu taman padam sejak tiga hari lalu', 'Selesai'],
    ['A-2', '2026-11-21 09:15:00', 'Sampah menumpuk di depan pasar malam', 'Proses'],
    ['A-3', '2026-11-21 10:15:00', 'Uji coba aplikasi', 'Proses'],
  ].map(([id_aduan, tgl_lapor, isi_aduan, status_aduan]) => ({
    id_aduan,
    tgl_lapor,
    isi_aduan,
    status_aduan,
    lokasi: { alamat: 'Jalan Kedondong', lat: -0.49, lng: 117.14 },
  })),
};

let browser: Browser;
let program: Program;
let server: Server;
let address = '';

beforeAll(async () => {
  server = createServer((request, answer) => {
    const [type, body] =
      request.url === '/rtlh.csv' ? ['text/csv', table] : ['application/json', JSON.stringify(complaints)];
    answer.writeHead(200, { 'Content-Type': type }).end(body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launch();
  program = new Program();
  await program.ready(/\(siap/);
}, 150_000);

afterAll(async () => {
  await browser?.close();
  await program?.stop();
  server?.close();
}, 60_000);

const open = (size: 'desktop' | 'phone', theme: 'light' | 'dark') =>
  program.walk(browser, program.officer('operator'), size, '/sumber', theme);
const field = (d: Locator, name: string) => d.locator(`[data-field=${name}]`);
const source = (d: Locator, name: string) => field(d, name).locator('select').first();
const focused = (l: Locator) => l.evaluate((e) => e === document.activeElement);
const attempt = (d: Locator) => d.getByRole('button', { name: 'Coba', exact: true });

/** Opens the form of a new source that reads JSON or a table. */
async function begin(page: Page, name: string, path: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Sambungkan sumber' }).click();
  const d = page.locator('dialog[open]').first();
  await d.getByLabel('Jenis sumber').selectOption('httpjson');
  await d.getByLabel('Nama yang dibaca pejabat').fill(name);
  await d
    .locator('[data-mapping]')
    .getByLabel(/^Alamat/)
    .first()
    .fill(address + path);
  await shows(page, 'Tekan Coba untuk melihat kolomnya');
  return d;
}

/** The browser logs that a first trial was not allowed; nothing else. */
const forget = (w: Walk) =>
  w.errors.splice(0, w.errors.length, ...w.errors.filter((e) => !/409 .*sources\/try/.test(e)));

/** Nothing is wider than the dialog, nobody is shut out. */
async function fits(w: Walk, d: Locator): Promise<void> {
  expect(await axe(w.page)).toEqual([]);
  expect(await d.evaluate((e) => e.scrollWidth - e.clientWidth)).toBeLessThanOrEqual(0);
}

describe('the form of a mapping', () => {
  it('takes a table of figures to a figure, without a line of YAML', async () => {
    const w = await open('desktop', 'light');
    const { page } = w;
    const d = await begin(page, 'Rumah tidak layak huni', '/rtlh.csv');
    await attempt(d).click();
    // An address of the city's own network is allowed by a tick, which is shown.
    await shows(page, 'belum diizinkan');
    await d.getByLabel('Izinkan alamat jaringan dalam').check();
    await attempt(d).click();
    await shows(page, '3 bidang diisi dari usulan');
    expect(await source(d, 'time').inputValue()).toBe('.Tanggal');
    expect(await source(d, 'time').locator('option:checked').innerText()).toBe('Tanggal');
    const written = field(d, 'time').getByLabel('Cara waktu ditulis di sana').locator('option:checked');
    expect(await written.innerText()).toBe('23-11-2026');
    expect(await source(d, 'value').inputValue()).toBe('."Jumlah RTLH"');
    expect(await source(d, 'area').inputValue()).toBe('.Kelurahan');
    expect(await field(d, 'value').innerText()).toContain('Usulan');
    expect(await d.getByRole('radio', { name: /^Angka/ }).isChecked()).toBe(true);
    await fits(w, d);
    // 1440 by 900 at 200 %.
    await page.setViewportSize({ width: 720, height: 450 });
    await fits(w, d);
    await page.setViewportSize({ width: 1440, height: 900 });
    // What is missing is said at its line, which has the focus.
    await attempt(d).click();
    await until(() => focused(source(d, 'indicator')), 'the indicator has the focus');
    expect(await source(d, 'indicator').getAttribute('aria-invalid')).toBe('true');
    expect(await field(d, 'indicator').innerText()).toContain('belum diisi');
    expect(await field(d, 'value').innerText()).not.toContain('Usulan');
    // The figure is nobody's yet: it is declared from here.
    await source(d, 'indicator').selectOption({ label: 'Indikator baru…' });
    const indicator = page.getByRole('dialog', { name: 'Indikator baru' });
    await indicator.getByLabel('Nama dalam bahasa Indonesia').fill('Rumah reyot');
    await indicator.getByLabel('Satuan').fill('rumah');
    await indicator.getByLabel('Definisi').fill('Rumah tidak layak huni menurut Disperkim.');
    await indicator.getByLabel('Tampilkan di Ringkasan').check();
    await indicator.getByRole('button', { name: 'Nyatakan indikator' }).click();
    await until(
      async () => (await source(d, 'indicator').inputValue()) === '=rumah-reyot',
      'it is of all rows',
    );
    expect(await source(d, 'indicator').getAttribute('aria-invalid')).toBeNull();
    // What counts as none was proposed too; without it the row would be refused.
    await attempt(d).click();
    await shows(page, '2 pengamatan');
    await fits(w, d);
    await d.getByRole('button', { name: 'Sambungkan', exact: true }).click();
    await until(() => page.url().endsWith('/sumber/rumah-tidak-layak-huni'), 'the source');
    await w.press('Tarik sekarang');
    const states = async () =>
      (await w.ask<IndicatorState[]>('/api/indicators/states')).filter((s) => s.indicator === 'rumah-reyot');
    await until(async () => (await states()).some((s) => s.value === 1234), 'the figures are read', 30_000);
    await w.go('/');
    const tile = page.locator('.tile', { hasText: 'Rumah reyot' });
    await until(async () => (await tile.innerText()).includes('1.2'), 'the figure on Ringkasan');
    const form = await w.ask<SourceForm>('/api/sources/rumah-tidak-layak-huni/form');
    expect(form.config['mapping']).toMatchObject({
      kind: 'observations',
      fields: { indicator: { const: 'rumah-reyot' }, area: '.Kelurahan' },
    });
    forget(w);
    await w.end();
  }, 120_000);

  it('takes complaints to reports by keys alone, and what was written as text along', async () => {
    const w = await open('phone', 'dark');
    const { page } = w;
    const d = await begin(page, 'Aduan warga', '/aduan');
    const press = async (l: Locator, key = 'Enter') => {
      await l.focus();
      await page.keyboard.press(key);
    };
    await press(attempt(d));
    await shows(page, 'belum diizinkan');
    await press(d.getByLabel('Izinkan alamat jaringan dalam'), 'Space');
    await press(attempt(d));
    await shows(page, 'bidang diisi dari usulan');
    expect(await d.getByRole('radio', { name: /^Laporan warga/ }).isChecked()).toBe(true);
    expect(await d.locator('[data-mapping]').getByLabel('Letak baris').inputValue()).toBe('.data');
    expect(await source(d, 'text').inputValue()).toBe('.isi_aduan');
    const words = field(d, 'status').getByLabel('Arti Proses di sini');
    expect(await words.inputValue()).toBe('in_progress');
    await fits(w, d);
    // The other kind has a proposal of its own; back again all is as it was.
    await press(d.getByRole('radio', { name: /^Laporan warga/ }), 'ArrowDown');
    await until(async () => (await field(d, 'text').count()) === 0, 'fields of figures');
    await page.keyboard.press('ArrowUp');
    await until(async () => (await source(d, 'text').inputValue()) === '.isi_aduan', 'fields of reports');
    // A condition that is written as text stays when the form goes on.
    await press(d.getByRole('button', { name: 'Tulis sebagai teks' }));
    const text = d.getByLabel('Pemetaan sebagai teks');
    await until(async () => (await text.inputValue()).includes('isi_aduan'), 'the mapping as text');
    await fits(w, d);
    await text.fill(`where: '.isi_aduan != "Uji coba aplikasi"\n${await text.inputValue()}`);
    await press(d.getByRole('button', { name: 'Kembali ke isian' }));
    await shows(page, 'Teks ini belum dapat dibaca. Baris ');
    expect(await text.getAttribute('aria-invalid')).toBe('true');
    await text.fill((await text.inputValue()).replace('"\n', `"'\n`));
    await press(d.getByRole('button', { name: 'Kembali ke isian' }));
    await until(async () => (await source(d, 'text').inputValue()) === '.isi_aduan', 'the form again');
    // What is wrong with a part that lies a fold away opens it.
    await press(source(d, 'category'), 'End');
    await press(attempt(d));
    await until(() => focused(source(d, 'category')), 'an expression that is not written yet');
    await source(d, 'category').selectOption({ label: 'Tidak diisi' });
    await press(attempt(d));
    await shows(page, '2 laporan');
    await fits(w, d);
    await press(d.getByRole('button', { name: 'Sambungkan', exact: true }));
    await until(() => page.url().endsWith('/sumber/aduan-warga'), 'the source');
    await press(page.getByRole('button', { name: 'Tarik sekarang' }));
    await until(
      async () => (await w.ask<{ items: unknown[] }>('/api/reports')).items.length === 2,
      'the reports are read',
      30_000,
    );
    await w.go('/laporan');
    await shows(page, 'Lampu taman padam');
    forget(w);
    await w.end();
    // Its form begins with what it is, the condition among it.
    const desk = await program.walk(
      browser,
      program.officer('operator'),
      'desktop',
      '/sumber/aduan-warga',
      'dark',
    );
    await desk.press('Ubah pengaturan');
    const again = desk.page.locator('dialog[open]').first();
    await until(async () => (await source(again, 'text').count()) === 1, 'the form of the source');
    expect(await source(again, 'text').inputValue()).toBe('.isi_aduan');
    await again.getByText('Pengaturan lain pemetaan').click();
    expect(await again.getByLabel('Hanya baris ini').inputValue()).toBe('.isi_aduan != "Uji coba aplikasi"');
    await fits(desk, again);
    await desk.end();
  }, 120_000);
});
