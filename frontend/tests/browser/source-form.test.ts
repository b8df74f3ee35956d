import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { axe, launch, scene, shows, until } from './stage.ts';

/* The form of a source: why it could not be tried is seen, wherever the button was pressed. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

it('brings the mistake into sight and focus, and opens the fold of its field', async () => {
  const s = await scene(browser, { size: 'phone', path: '/sumber' });
  const field = (path: string, type = 'string') => ({
    path,
    type,
    doc: path,
    label_id: path,
    label_en: path,
  });
  const words = { title_id: 'CKAN', title_en: 'CKAN', description_id: 'CKAN', description_en: 'CKAN' };
  const many = Array.from({ length: 8 }, (_, i) => field(`isian${i}`));
  const fields = [field('base_url'), ...many, field('allow_private', 'boolean')];
  await s.page.route('**/api/connectors', (r) =>
    r.fulfill({ json: [{ name: 'ckan', ...words, schedule: '@every 5m', fields }] }),
  );
  await s.page.route('**/api/sources/try', (r) =>
    r.fulfill({ status: 422, json: { code: 'invalid', detail: 'private', key: 'source.failure.private' } }),
  );
  await s.page.getByRole('button', { name: 'Sambungkan sumber' }).click();
  const dialog = s.page.locator('dialog[open]');
  await dialog.locator('select').first().selectOption('ckan');
  await dialog.locator('input').first().fill('Uji');
  const tickBox = dialog.getByRole('checkbox');
  expect(await tickBox.isVisible()).toBe(false);
  await dialog.getByRole('button', { name: 'Coba' }).first().click();
  const alert = dialog.getByRole('alert');
  await until(() => alert.evaluate((e) => e === document.activeElement), 'focus on the mistake');
  expect(await alert.innerText()).toContain('belum diizinkan');
  const seen = await alert.evaluate((e) => {
    const { left, top, width, height } = e.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2) === e;
  });
  expect(seen).toBe(true);
  expect(await tickBox.isVisible()).toBe(true);
  expect(await tickBox.getAttribute('aria-invalid')).toBe('true');
});

it('declares an indicator that a source names and nobody declared, and tries again', async () => {
  const s = await scene(browser, { path: '/sumber' });
  const words = { title_id: 'CKAN', title_en: 'CKAN', description_id: 'CKAN', description_en: 'CKAN' };
  await s.page.route('**/api/connectors', (r) =>
    r.fulfill({ json: [{ name: 'ckan', ...words, schedule: '@every 5m', fields: [], brings: [] }] }),
  );
  let declared: Record<string, unknown> | undefined;
  await s.page.route('**/api/indicators', (r) => {
    if (r.request().method() !== 'POST') return r.fallback();
    declared = r.request().postDataJSON() as Record<string, unknown>;
    return r.fulfill({ json: declared });
  });
  await s.page.route('**/api/sources/try', (r) => {
    const none = {
      pages: 1,
      more: false,
      reports: 0,
      alerts: 0,
      agenda: 0,
      first_reports: [],
      first_observations: [],
      first_alerts: [],
      first_agenda: [],
      mapped: [],
      refused: [],
      suspicions: [],
      passed_over: [],
    };
    return r.fulfill({
      json: declared
        ? { ...none, observations: 59, refused_count: 0, undeclared: [] }
        : { ...none, observations: 0, refused_count: 59, undeclared: [{ slug: 'rtlh', unit: 'rumah' }] },
    });
  });
  await s.page.getByRole('button', { name: 'Sambungkan sumber' }).click();
  const source = s.page.locator('dialog[open]').first();
  await source.locator('select').first().selectOption('ckan');
  await source.locator('input').first().fill('Rumah tidak layak huni');
  await source.getByRole('button', { name: 'Coba' }).first().click();
  await source.getByRole('button', { name: 'Nyatakan rtlh' }).click();
  const form = s.page.getByRole('dialog', { name: 'Indikator baru' });
  expect(await form.getByLabel('Satuan').inputValue()).toBe('rumah');
  await form.getByLabel('Nama dalam bahasa Indonesia').fill('Rumah tidak layak huni');
  await form.getByLabel('Definisi').fill('Rumah tidak layak huni menurut Disperkim.');
  await form.getByRole('button', { name: 'Makin rendah' }).click();
  await form.getByLabel('Nilai terkecil yang mungkin').fill('nol');
  expect(await axe(s.page)).toEqual([]);
  await form.getByRole('button', { name: 'Nyatakan indikator' }).click();
  await until(() => form.getByText('harus berupa angka').isVisible(), 'what is no number is said');
  expect(declared).toBeUndefined();
  await form.getByLabel('Nilai terkecil yang mungkin').fill('0');
  await form.getByText('Ambang dan target', { exact: true }).click();
  await form.getByRole('button', { name: 'Tambah ambang' }).click();
  await form.getByLabel('Nilai (rumah)').fill('100');
  await form.getByLabel('Dasar').fill('SK Wali Kota 1/2026');
  await form.getByRole('button', { name: 'Nyatakan indikator' }).click();
  await shows(s.page, '59 pengamatan');
  expect(await form.isVisible()).toBe(false);
  expect(declared).toMatchObject({
    slug: 'rtlh',
    unit: 'rumah',
    direction: 'down',
    grain: 'village',
    min: 0,
    thresholds: [{ value: 100, above: true }],
  });
  expect(s.errors).toEqual([]);
});

it('lists the columns that a trial found, and puts one where the caret stands', async () => {
  const s = await scene(browser, { size: 'phone', path: '/sumber' });
  const words = { title_id: 'JSON', title_en: 'JSON', description_id: 'JSON', description_en: 'JSON' };
  const field = (path: string, type: string) => ({
    path,
    type,
    doc: path,
    label_id: path,
    label_en: path,
    required: true,
  });
  const fields = [field('mapping', 'object'), field('mapping.fields', 'map')];
  await s.page.route('**/api/connectors', (r) =>
    r.fulfill({ json: [{ name: 'httpjson', ...words, schedule: '@every 5m', fields, brings: [] }] }),
  );
  await s.page.route('**/api/sources/try', (r) =>
    r.fulfill({
      json: {
        pages: 1,
        more: false,
        reports: 0,
        observations: 0,
        alerts: 0,
        agenda: 0,
        refused_count: 1,
        first_reports: [],
        first_observations: [],
        first_alerts: [],
        first_agenda: [],
        mapped: [],
        columns: ['."tinggi air"', '.pos'],
        proposed: [],
        refused: [
          { kind: 'mapping', place: 'mapping.fields.area', reason: 'needs either get or const', times: 1 },
        ],
        undeclared: [],
        suspicions: [],
        passed_over: [],
      },
    }),
  );
  await s.page.getByRole('button', { name: 'Sambungkan sumber' }).click();
  const dialog = s.page.locator('dialog[open]');
  await dialog.locator('select').first().selectOption('httpjson');
  await dialog.locator('input').first().fill('Muka air');
  await dialog.getByRole('button', { name: 'Tulis sebagai teks' }).click();
  const mapping = dialog.locator('textarea');
  await mapping.fill('value: ');
  await dialog.getByRole('button', { name: 'Coba' }).first().click();
  await shows(s.page, 'belum diisi');
  // What is no mapping yet cannot be saved.
  expect(await dialog.getByRole('button', { name: 'Sambungkan', exact: true }).isDisabled()).toBe(true);
  await dialog.getByRole('button', { name: '."tinggi air"' }).click();
  expect(await mapping.inputValue()).toBe('value: ."tinggi air"');
  expect(await mapping.evaluate((e) => e === document.activeElement)).toBe(true);
  expect(await axe(s.page)).toEqual([]);
});

it('asks before it connects a source of which the trial took nothing', async () => {
  const s = await scene(browser, { path: '/sumber' });
  const words = { title_id: 'CKAN', title_en: 'CKAN', description_id: 'CKAN', description_en: 'CKAN' };
  await s.page.route('**/api/connectors', (r) =>
    r.fulfill({ json: [{ name: 'ckan', ...words, schedule: '@every 5m', fields: [], brings: ['reports'] }] }),
  );
  let refused = 0;
  await s.page.route('**/api/sources/try', (r) =>
    r.fulfill({
      json: {
        pages: 1,
        more: false,
        reports: 0,
        observations: 0,
        alerts: 0,
        agenda: 0,
        refused_count: refused,
        first_reports: [],
        first_observations: [],
        first_alerts: [],
        first_agenda: [],
        mapped: [],
        columns: [],
        refused: refused
          ? [
              {
                kind: 'reports',
                place: 'record 1',
                reason: 'created_at: "kemarin" is not a time of the form 2006-01-02',
                times: refused,
              },
            ]
          : [],
        undeclared: [],
        suspicions: [],
        passed_over: [],
      },
    }),
  );
  let saved = 0;
  await s.page.route('**/api/sources', (r) => {
    if (r.request().method() !== 'POST') return r.fallback();
    saved++;
    return r.fulfill({ json: {} });
  });
  await s.page.getByRole('button', { name: 'Sambungkan sumber' }).click();
  const form = s.page.getByRole('dialog', { name: 'Sambungkan sumber' });
  await form.locator('select').first().selectOption('ckan');
  await form.locator('input').first().fill('Laporan warga');
  const attempt = form.getByRole('button', { name: 'Coba' }).first();
  const connect = form.getByRole('button', { name: 'Sambungkan', exact: true });
  const doubt = s.page.getByRole('dialog', { name: 'Tidak ada baris yang diambil' });
  await attempt.click();
  await until(() => connect.isEnabled(), 'the trial is done');
  await connect.click();
  await until(() => doubt.getByText('tidak membawa satu baris pun').isVisible(), 'the reason');
  expect(await axe(s.page)).toEqual([]);
  await doubt.getByRole('button', { name: 'Batal' }).click();
  expect(saved).toBe(0);
  refused = 3;
  await attempt.click();
  // Nothing of it is English.
  await shows(s.page, 'baris 1, dan 2 baris serupa');
  await shows(s.page, 'created_at: “kemarin” bukan waktu berbentuk 2006-01-02');
  await connect.click();
  await until(() => doubt.getByText('3 baris ditolak').isVisible(), 'the other reason');
  expect(saved).toBe(0);
  await doubt.getByRole('button', { name: 'Tetap sambungkan' }).click();
  await until(() => saved === 1, 'it is connected all the same');
  expect(s.errors).toEqual([]);
});

it('leaves what an officer wrote in a mapping, and fills the rest when asked', async () => {
  const s = await scene(browser, { path: '/sumber' });
  const words = { title_id: 'JSON', title_en: 'JSON', description_id: 'JSON', description_en: 'JSON' };
  const field = (path: string, type: string) => ({ path, type, doc: path, label_id: path, label_en: path });
  const fields = [
    field('mapping', 'object'),
    field('mapping.kind', 'string'),
    field('mapping.fields', 'map'),
  ];
  await s.page.route('**/api/connectors', (r) =>
    r.fulfill({ json: [{ name: 'sqlquery', ...words, schedule: '@every 5m', fields, brings: [] }] }),
  );
  let tried: { config: { mapping: { fields: object } } } | undefined;
  await s.page.route('**/api/sources/try', (r) => {
    tried = r.request().postDataJSON() as typeof tried;
    const none = {
      pages: 1,
      more: false,
      reports: 0,
      observations: 0,
      alerts: 0,
      agenda: 0,
      refused_count: 1,
    };
    const lists = {
      first_reports: [],
      first_observations: [],
      first_alerts: [],
      first_agenda: [],
      mapped: [],
    };
    return r.fulfill({
      json: {
        ...none,
        ...lists,
        columns: ['.nilai', '.tanggal'],
        proposed: [
          {
            kind: 'observations',
            fields: { value: { get: '.nilai' }, time: { get: '.tanggal', time: ['2-1-2006'] } },
          },
        ],
        refused: [{ kind: 'mapping', place: 'mapping.fields.time', reason: 'is missing: x', times: 1 }],
        undeclared: [],
        suspicions: [],
        passed_over: [],
      },
    });
  });
  await s.page.getByRole('button', { name: 'Sambungkan sumber' }).click();
  const dialog = s.page.locator('dialog[open]');
  await dialog.locator('select').first().selectOption('sqlquery');
  await dialog.locator('input').first().fill('Muka air');
  await dialog.getByRole('radio', { name: /^Angka/ }).check();
  const line = (name: string) => dialog.locator(`[data-field=${name}]`);
  const from = (name: string) => line(name).locator('select').first();
  await from('value').selectOption({ label: 'Ungkapan…' });
  await line('value').getByLabel('Ungkapan').fill('.nilai / 100');
  await dialog.getByRole('button', { name: 'Coba' }).first().click();
  await until(() => from('time').evaluate((e) => e === document.activeElement), 'what is missing');
  expect(await from('time').inputValue()).toBe('none');
  await dialog.getByRole('button', { name: 'Isi 1 bidang kosong dari usulan' }).click();
  expect(await from('time').inputValue()).toBe('.tanggal');
  expect(await line('time').innerText()).toContain('Usulan');
  expect(await from('time').getAttribute('aria-invalid')).toBeNull();
  expect(await line('value').getByLabel('Ungkapan').inputValue()).toBe('.nilai / 100');
  expect(await axe(s.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Coba' }).first().click();
  await until(async () => !(await line('time').innerText()).includes('Usulan'), 'it was looked at');
  expect(tried?.config.mapping.fields).toEqual({
    value: '.nilai / 100',
    time: { get: '.tanggal', time: ['2-1-2006'] },
  });
  expect(s.errors).toEqual([]);
});

it('takes the promise of a source by its schedule, in words, or as any other', async () => {
  const s = await scene(browser, { size: 'phone', path: '/sumber' });
  const words = { title_id: 'CKAN', title_en: 'CKAN', description_id: 'CKAN', description_en: 'CKAN' };
  await s.page.route('**/api/connectors', (r) =>
    r.fulfill({ json: [{ name: 'ckan', ...words, schedule: '@every 5m', fields: [] }] }),
  );
  const sent: unknown[] = [];
  await s.page.route('**/api/sources/try', (r) => {
    sent.push((r.request().postDataJSON() as { expect_seconds?: number }).expect_seconds);
    return r.fulfill({ status: 422, json: { code: 'invalid', detail: 'no answer' } });
  });
  await s.page.getByRole('button', { name: 'Sambungkan sumber' }).click();
  const dialog = s.page.locator('dialog[open]');
  await dialog.locator('select').first().selectOption('ckan');
  await dialog.locator('input').first().fill('Uji');
  await dialog.getByText('Pengaturan lain').click();
  const promise = dialog.getByLabel('Janji: data baru paling lambat tiap', { exact: false });
  const attempt = async () => {
    const before = sent.length;
    await dialog.getByRole('button', { name: 'Coba' }).first().click();
    await until(() => sent.length > before, 'a trial');
  };
  await attempt();
  await promise.selectOption({ label: '12 jam' });
  await attempt();
  await promise.selectOption({ label: 'Lainnya' });
  await dialog.getByLabel('Satuan waktu').selectOption({ label: 'hari' });
  await dialog.getByLabel('Berapa lama').fill('3');
  await dialog.getByLabel('Berapa lama').press('Tab');
  await attempt();
  await promise.selectOption({ label: 'Menurut jadwal' });
  await attempt();
  expect(sent).toEqual([0, 43_200, 259_200, 0]);
  expect(await axe(s.page)).toEqual([]);
});
