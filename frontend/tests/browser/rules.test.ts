import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { Double } from '../double/server.mjs';
import { axe, launch, scene, sizes, until } from './stage.ts';

/* Rules that operators change on Pengaturan: what holds, on what it rests, what stood before, and why. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

type Row = Record<string, unknown> & { id: number };
const since = { changed_at: '2026-03-02T01:30:00Z', changed_by: 'Balaikota' };
const keep = (id: number, what: string, keep_months: number, more = {}): Row => ({
  id,
  what,
  keep_months,
  source: 'UU 27/2022 Pasal 16 ayat (2)',
  effective_on: '2020-01-01',
  ...since,
  ...more,
});
const hours = (id: number, kind: string, n: number): Row => ({
  id,
  kind,
  hours: n,
  remind_hours: 24,
  source: 'Standar pelayanan data pribadi',
  effective_on: '2022-10-17',
  ...since,
});
const law = (kind: string, n: number, article: string) => ({
  kind,
  hours: n,
  article,
  says: 'x',
  effective_on: '2022-10-17',
});

/** A test double of the routes that keep rules: a change is a new row, in force. */
async function rows(page: Page) {
  const said: { path: string; body: Row }[] = [];
  const asked: Row = {
    id: 1,
    enabled: true,
    quiet_seconds: 120,
    wait_days: 3,
    source: 'Bawaan Balaikota',
    ...since,
  };
  const kept = [
    { rule: keep(1, 'identitas_pelapor', 24), due: 1250, last: { at: '2026-06-17T19:00:00Z', erased: 12 } },
    { rule: keep(2, 'percakapan_asisten', 24), due: 0 },
    { rule: keep(3, 'baris_ditolak', 6), due: 3 },
  ].map((r) => ({ ...r, history: [r.rule], before: '2024-06-18T00:00:00Z' }));
  const met = [
    { rule: hours(1, 'salinan', 72), law: law('salinan', 72, 'UU 27/2022 Pasal 32 ayat (2)') },
    { rule: hours(2, 'perbaikan', 72), law: law('perbaikan', 72, 'UU 27/2022 Pasal 30 ayat (1)') },
    { rule: hours(3, 'hapus', 72), law: law('hapus', 0, 'UU 27/2022 Pasal 8') },
  ].map((r) => ({ ...r, history: [r.rule] }));
  const questions = { rule: asked, history: [asked] };
  const change = (s: { rule: Row; history: Row[] }, body: Row) => {
    s.rule = { ...s.rule, ...body, id: 90, changed_by: 'operator', changed_at: '2026-06-18T02:00:00Z' };
    s.history = [s.rule, ...s.history];
  };
  for (const [path, all, which] of [
    ['reporter-questions', questions, undefined],
    ['retention', kept, 'what'],
    ['subject-norms', met, 'kind'],
  ] as const)
    await page.route(new RegExp(`/api/${path}(/|$)`), (r) => {
      if (r.request().method() === 'PUT') {
        const at = new URL(r.request().url()).pathname.replace('/api/', '');
        const body = r.request().postDataJSON() as Row;
        said.push({ path: at, body });
        const one = which ? all.find((s) => (s.rule as Row)[which] === at.split('/')[1]) : all;
        change(one as { rule: Row; history: Row[] }, body);
      }
      return r.fulfill({ json: all });
    });
  await page.route('**/api/subject-requests', (r) =>
    r.fulfill({ json: { items: [], controller: 'Kota', contact: 'ppid@kota.uji' } }),
  );
  return said;
}

const asOperator = (double: Double) => {
  double.role = 'operator';
};

async function settings(size: keyof typeof sizes, theme: 'light' | 'dark' = 'light') {
  const s = await scene(browser, { path: '/pengaturan', size, theme, prepare: asOperator });
  const said = await rows(s.page);
  await s.page.reload();
  const card = (title: string) =>
    s.page.locator('section', { has: s.page.getByRole('heading', { name: title, exact: true, level: 2 }) });
  return { s, said, card, dialog: s.page.locator('dialog[open]') };
}

it('changes a norm of requests within the law, by keys alone', async () => {
  const { s, said, card, dialog } = await settings('desktop');
  const norms = card('Permintaan data pribadi');
  await norms.getByText('Batas waktu dan dasarnya').focus();
  await s.page.keyboard.press('Enter');
  await until(() => norms.getByRole('heading', { name: 'Salinan data' }).isVisible(), 'the norms');
  for (const part of [
    'Selesai dalam 72 jam sejak diterima, petugas diingatkan 24 jam sebelumnya',
    'Undang-undang memberi paling lama 72 jam (UU 27/2022 Pasal 32 ayat (2)).',
    'Undang-undang tidak menyebut jumlah jam (UU 27/2022 Pasal 8).',
    'Standar pelayanan data pribadi · berlaku 17 Okt 2022, oleh Balaikota',
  ])
    expect(await norms.innerText()).toContain(part);
  await norms.getByRole('button', { name: 'Ubah aturan Salinan data' }).focus();
  await s.page.keyboard.press('Enter');
  const save = dialog.getByRole('button', { name: 'Simpan aturan' });
  await dialog.getByLabel('Alasan (sedikitnya 10 huruf)').fill('permintaan dilayani lebih cepat');
  await dialog.getByLabel('Selesai dalam berapa jam').fill('100');
  await until(
    () => dialog.getByText('Isi 72 atau kurang.').isVisible(),
    'what the law gives is said where it is passed',
  );
  expect(await save.isDisabled()).toBe(true);
  expect(await axe(s.page)).toEqual([]);
  await dialog.getByLabel('Selesai dalam berapa jam').fill('48');
  await dialog.getByLabel('Petugas diingatkan berapa jam sebelumnya').fill('49');
  expect(await save.isDisabled()).toBe(true);
  await dialog.getByLabel('Petugas diingatkan berapa jam sebelumnya').fill('12');
  await until(() => save.isEnabled(), 'a whole norm');
  await s.page.keyboard.press('Enter');
  await until(async () => (await dialog.count()) === 0, 'saved');
  expect(said).toHaveLength(1);
  expect(said[0]).toMatchObject({
    path: 'subject-norms/salinan',
    body: { hours: 48, remind_hours: 12, reason: 'permintaan dilayani lebih cepat' },
  });
  expect(Object.keys(said[0]?.body ?? {}).sort()).toEqual([
    'effective_on',
    'hours',
    'reason',
    'remind_hours',
    'source',
  ]);
  await until(
    () => norms.getByText('Selesai dalam 48 jam sejak diterima').first().isVisible(),
    'the norm in force',
  );
  await norms.getByText('Aturan lain').click();
  expect(await norms.locator('li').last().innerText()).toContain('Selesai dalam 72 jam');
  expect(await axe(s.page)).toEqual([]);
  expect(s.errors).toEqual([]);
  await s.close();
});

it('changes how long things are kept, and whether reporters are asked', async () => {
  const { s, said, card, dialog } = await settings('desktop');
  const kept = card('Masa simpan');
  await until(() => kept.getByText('Malam ini: 1.250 identitas akan dihapus').isVisible(), 'what is kept');
  await kept.getByRole('button', { name: 'Ubah aturan Percakapan dengan asisten' }).click();
  const save = dialog.getByRole('button', { name: 'Simpan aturan' });
  await dialog.getByLabel('Disimpan berapa bulan').fill('12');
  expect(await save.isDisabled()).toBe(true);
  await dialog.getByLabel('Alasan (sedikitnya 10 huruf)').fill('jadwal retensi arsip kota');
  await save.click();
  await until(async () => (await dialog.count()) === 0, 'saved');
  expect(said[0]).toMatchObject({
    path: 'retention/percakapan_asisten',
    body: { keep_months: 12, source: 'UU 27/2022 Pasal 16 ayat (2)', reason: 'jadwal retensi arsip kota' },
  });
  expect(await kept.innerText()).toContain('Disimpan 12 bulan sesudah kalimat terakhir');

  const asked = card('Pertanyaan otomatis kepada pelapor');
  expect(await asked.innerText()).toContain('Ditanya setelah 120 detik');
  await asked.getByRole('button', { name: 'Ubah aturan' }).click();
  expect(await dialog.getByLabel('Berlaku mulai').count()).toBe(0);
  await dialog.getByLabel('Tanyakan otomatis').uncheck();
  await dialog.getByLabel('Alasan (sedikitnya 10 huruf)').fill('petugas bertanya sendiri');
  await save.click();
  await until(async () => (await dialog.count()) === 0, 'saved');
  expect(said[1]).toEqual({
    path: 'reporter-questions',
    body: {
      enabled: false,
      quiet_seconds: 120,
      wait_days: 3,
      source: 'Bawaan Balaikota',
      reason: 'petugas bertanya sendiri',
    },
  });
  expect(await asked.innerText()).toContain('Tidak ada yang ditanya otomatis.');
  await asked.getByText('Aturan lain').click();
  expect(await asked.locator('li').innerText()).toContain(
    'hidup · 120 detik, 3 hari kerja · Bawaan Balaikota · berlaku',
  );
  expect(await axe(s.page)).toEqual([]);
  expect(s.errors).toEqual([]);
  await s.close();
});

it('fits a phone and a desk, in light and dark', async () => {
  for (const size of ['phone', 'desktop'] as const)
    for (const theme of ['light', 'dark'] as const) {
      const { s, card, dialog } = await settings(size, theme);
      const cards = {
        permintaan: 'Permintaan data pribadi',
        simpan: 'Masa simpan',
        pertanyaan: 'Pertanyaan otomatis kepada pelapor',
        mutu: 'Aturan mutu data',
      };
      const norms = card('Permintaan data pribadi');
      await norms.getByText('Batas waktu dan dasarnya').click();
      await until(
        () => norms.getByRole('heading', { name: 'Penghapusan identitas' }).isVisible(),
        'the norms',
      );
      const folder = process.env['SHOTS'];
      if (folder) mkdirSync(folder, { recursive: true });
      for (const [name, title] of Object.entries(cards))
        if (folder) await card(title).screenshot({ path: `${folder}/${name}-${theme}-${size}.png` });
      await norms.getByRole('button', { name: 'Ubah aturan Perbaikan data' }).click();
      await dialog.getByLabel('Selesai dalam berapa jam').fill('96');
      expect(await s.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      expect(await axe(s.page)).toEqual([]);
      if (folder) await s.page.screenshot({ path: `${folder}/norma-${theme}-${size}.png` });
      expect(s.errors).toEqual([]);
      await s.close();
    }
});
