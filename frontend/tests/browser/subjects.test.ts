import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { Double } from '../double/server.mjs';
import { axe, launch, scene, shows, until } from './stage.ts';

/* Requests of persons about their own data: from noting one to its end, by keys alone. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

/** A test double of the requests' routes, which keeps one request. */
async function desk(page: Page) {
  const said: Record<string, unknown>[] = [];
  const none = { found: [], messages: [], corrections: [], channels: ['surel'] };
  let request: Record<string, unknown> | undefined;
  await page.route('**/api/subject-requests**', async (r) => {
    const path = new URL(r.request().url()).pathname.replace('/api/subject-requests', '');
    const body = (r.request().postDataJSON() ?? {}) as Record<string, unknown>;
    if (r.request().method() === 'POST') said.push({ path, ...body });
    if (path === '' && r.request().method() === 'GET')
      return r.fulfill({ json: { items: request ? [request] : [], controller: 'Kota', contact: '' } });
    if (path === '')
      request = {
        ...none,
        id: 7,
        kind: body['kind'],
        way: body['way'],
        received_at: at(0),
        received_by: 'operator',
        due_at: at(71.5),
        state: 'diterima',
        late: false,
        gave: ['surel'],
        proof: '',
        codes_left: 5,
        tries_left: 0,
        reports: 0,
      };
    else if (path === '/7/search') {
      request = {
        ...request,
        reports: 1,
        found: [
          {
            report_id: 3,
            ticket: 'WA-3',
            created_at: at(-48),
            channel: 'whatsapp',
            category: 'Sampah',
            area: 'Air Putih',
            status: 'open',
            found_by: ['surel'],
            proven: false,
            held: [],
          },
        ],
      };
      return r.fulfill({ json: { request, name: 'Wati', phone: '', email: 'wati@surel.uji', handle: '' } });
    } else if (path === '/7/code')
      request = {
        ...request,
        state: 'menunggu_bukti',
        code_way: 'surel',
        code_until: at(0.25),
        codes_left: 4,
        tries_left: 5,
        messages: [{ kind: 'kode', text: '', at: at(0), by: 'operator', channel: 'surel', taken_at: at(0) }],
      };
    else if (path === '/7/proof' && body['code'] === '000000')
      return r.fulfill({
        status: 422,
        json: {
          code: 'invalid',
          detail: 'wrong',
          field: 'code',
          key: 'error.subject_code_wrong',
          params: { left: '4' },
        },
      });
    else if (path === '/7/proof') {
      const found = (request?.['found'] as Record<string, unknown>[]).map((f) => ({ ...f, proven: true }));
      request = {
        ...request,
        state: 'terbukti',
        proof: 'kode',
        proof_way: 'surel',
        proven_at: at(0),
        proven_by: 'operator',
        found,
      };
    } else if (path === '/7/copy') {
      request = { ...request, copied_at: at(0) };
      return r.fulfill({ body: 'PK', contentType: 'application/zip' });
    } else if (path === '/7/corrections')
      request = {
        ...request,
        corrected_at: at(0),
        corrections: [
          { report_id: 3, version: 1, at: at(0), by: 'operator', fields: ['text'], reason: body['reason'] },
        ],
      };
    else if (path === '/7/decision')
      request = { ...request, state: 'selesai', decided_at: at(0), decided_by: 'operator' };
    return r.fulfill({ json: request });
  });
  return said;
}

const asOperator = (double: Double) => {
  double.role = 'operator';
};

it('notes a request, finds, proves, copies, corrects and ends it, by keys alone', async () => {
  const s = await scene(browser, { path: '/pengaturan', prepare: asOperator });
  const said = await desk(s.page);
  await s.page.reload();
  const card = s.page.locator('section', {
    has: s.page.getByRole('heading', { name: 'Permintaan data pribadi' }),
  });
  await until(() => card.getByText('Belum ada permintaan.').isVisible(), 'no requests');
  expect(await card.innerText()).toContain('Kontak pelindungan data belum ditetapkan');
  const press = async (name: string, key = 'Enter') => {
    const button = s.page.getByRole('button', { name, exact: true }).last();
    await until(() => button.isEnabled(), `${name} can be pressed`);
    await button.focus();
    await s.page.keyboard.press(key);
  };
  const type = async (label: string, text: string) => {
    await s.page.getByLabel(label, { exact: true }).focus();
    await s.page.keyboard.type(text);
  };
  await press('Catat permintaan');
  await type('Alamat surel', 'wati@surel.uji');
  expect(await axe(s.page)).toEqual([]);
  await press('Catat', 'Space');
  await shows(s.page, 'Belum ada laporan yang ditemukan.');
  await press('Cari laporan');
  await shows(s.page, 'WA-3');
  await press('Kirim kode lewat surel');
  await type('Kode yang dibacakan', '000000');
  await press('Periksa kode');
  await shows(s.page, 'Kode salah. Sisa percobaan: 4.');
  await s.page.getByLabel('Kode yang dibacakan').fill('');
  await type('Kode yang dibacakan', '123456');
  await s.page.keyboard.press('Enter');
  await shows(s.page, 'Kode dibacakan kembali');
  expect(await s.page.getByRole('button', { name: 'Nyatakan selesai' }).isDisabled()).toBe(true);
  const download = s.page.waitForEvent('download');
  await press('Buat dan simpan salinan (ZIP)');
  expect((await download).suggestedFilename()).toBe('salinan-data-pribadi-7.zip');
  await shows(s.page, 'Salinan tersimpan di komputer ini.');
  await press('Perbaiki WA-3');
  await type('Isi laporan', 'Sampah menumpuk di depan rumah Bu Wati');
  await type('Alasan perbaikan (paling sedikit 10 huruf)', 'nama salah ketik');
  await press('Simpan perbaikan');
  await shows(s.page, 'Perbaikan tersimpan.');
  expect(await axe(s.page)).toEqual([]);
  await press('Nyatakan selesai');
  const dialog = s.page.locator('dialog[open]');
  await until(() => dialog.isVisible(), 'the end is asked for');
  expect(await dialog.getByRole('button', { name: 'surel' }).getAttribute('aria-pressed')).toBe('true');
  await press('Nyatakan selesai');
  await shows(s.page, 'Permintaan diputus.');
  expect(said.map((x) => x['path'])).toEqual([
    '',
    '/7/search',
    '/7/code',
    '/7/proof',
    '/7/proof',
    '/7/copy',
    '/7/corrections',
    '/7/decision',
  ]);
  expect(said[6]).toEqual({
    path: '/7/corrections',
    report_id: 3,
    text: 'Sampah menumpuk di depan rumah Bu Wati',
    reason: 'nama salah ketik',
  });
  expect(said[7]).toEqual({ path: '/7/decision', state: 'selesai', channel: 'surel' });
  expect(s.errors).toEqual([]);
  await s.close();
});

it('says when requests cannot be read, and fits a phone', async () => {
  for (const theme of ['light', 'dark'] as const) {
    const s = await scene(browser, { path: '/pengaturan', size: 'phone', theme, prepare: asOperator });
    let broken = true;
    await desk(s.page);
    await s.page.route('**/api/subject-requests', (r) =>
      broken ? r.fulfill({ status: 500, json: { code: 'internal', detail: 'x' } }) : r.fallback(),
    );
    await s.page.reload();
    const card = s.page.locator('section', {
      has: s.page.getByRole('heading', { name: 'Permintaan data pribadi' }),
    });
    const again = card.getByRole('button', { name: 'Coba lagi' });
    await until(() => again.isVisible(), 'the failure is said');
    broken = false;
    await again.click();
    await until(() => card.getByText('Belum ada permintaan.').isVisible(), 'read after all');
    await s.page.getByRole('button', { name: 'Catat permintaan' }).click();
    await s.page.getByLabel('Alamat surel', { exact: true }).fill('wati@surel.uji');
    await s.page.getByRole('button', { name: 'Catat', exact: true }).click();
    await s.page.getByRole('button', { name: 'Cari laporan' }).click();
    await shows(s.page, 'WA-3');
    expect(await s.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await axe(s.page)).toEqual([]);
    const folder = process.env['SUBJECT_PICTURES'];
    if (folder) {
      mkdirSync(folder, { recursive: true });
      for (const [width, height] of [
        [390, 844],
        [1440, 900],
        [3840, 2160],
      ] as const) {
        await s.page.setViewportSize({ width, height });
        await card.scrollIntoViewIfNeeded();
        await card.screenshot({ path: `${folder}/${theme}-${width}.png` });
      }
    }
    await s.close();
  }
});
