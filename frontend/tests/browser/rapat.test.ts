import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { axe, launch, scene, shows, sizes, textOf, until } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const as = (role: string) => (double: { role: string }) => {
  double.role = role;
};

async function fits(page: Page, size: keyof typeof sizes) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(sizes[size].width);
}

describe('Rapat', () => {
  it('says what was done and what not and why, and takes points', async () => {
    const s = await scene(browser, { path: '/rapat', prepare: as('sekda') });
    await shows(s.page, 'Pekan lalu 4 disposisi dikirim dan 2 selesai.');
    const undone = await textOf(s.page, '[data-part=not_done]');
    expect(undone).toContain('Terhalang alat sejak');
    expect(undone).toContain('menunggu Camat Samarinda Utara');
    expect(await textOf(s.page, '[data-part=done]')).toContain('dengan bukti foto yang sah');
    expect(await textOf(s.page, '[data-part=done]')).toContain('Dampak: Laporan sampah turun 38 %');
    expect(await textOf(s.page, '[data-part=refused]')).toContain('Ditolak: Anggaran tahun ini habis.');
    expect(await textOf(s.page, '[data-part=points]')).toContain('dari pekan 28 Sep 2026');
    expect(await axe(s.page)).toEqual([]);
    // n writes a point; it is sent once and stands in the list.
    await s.page.keyboard.press('n');
    await s.page.getByRole('button', { name: 'Pertanyaan' }).click();
    await s.page.getByRole('textbox', { name: 'Isi' }).fill('Kapan pompa tiba?');
    await s.page.getByRole('button', { name: 'Simpan' }).click();
    await until(
      async () => (await textOf(s.page, '[data-part=points]')).includes('Kapan pompa tiba?'),
      'the point stands',
    );
    expect(s.double.outcomes.written[0]?.body).toMatchObject({ kind: 'question', text: 'Kapan pompa tiba?' });
    // Deciding wants words.
    await s.page.getByRole('button', { name: 'Putuskan' }).first().click();
    const save = s.page.getByRole('dialog').getByRole('button', { name: 'Simpan' });
    expect(await save.isDisabled()).toBe(true);
    await s.page.getByLabel('Keterangan').fill('BPBD menyewa dua pompa.');
    await save.click();
    await shows(s.page, 'BPBD menyewa dua pompa.');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('closes with who was present, and is only read from then on', async () => {
    const s = await scene(browser, { path: '/rapat', prepare: as('wali_kota') });
    await s.page.getByRole('button', { name: 'Tutup rapat' }).click();
    await s.page.getByLabel('Yang hadir').fill('Wali Kota\n\n Sekda ');
    await s.page.getByRole('dialog').getByRole('button', { name: 'Tutup rapat' }).click();
    await shows(s.page, 'Notulen nomor 7/');
    expect(s.double.outcomes.written[0]?.body).toEqual({ present: ['Wali Kota', 'Sekda'] });
    for (const name of ['Tutup rapat', 'Tambah pokok', 'Putuskan'])
      expect(await s.page.getByRole('button', { name }).count()).toBe(0);
    const print = s.page.getByRole('link', { name: 'Cetak notulen' });
    expect(await print.getAttribute('href')).toMatch(/^\/api\/meetings\/\d{4}-W\d{2}\/minutes$/);
    await s.close();
  });

  it('is read by others, turns weeks by keyboard, and says what lies ahead', async () => {
    const s = await scene(browser, { path: '/rapat', prepare: as('auditor') });
    await shows(s.page, 'Belum selesai, dan sebabnya');
    expect(await s.page.getByRole('button', { name: 'Tambah pokok' }).count()).toBe(0);
    const here = s.page.url();
    await s.page.keyboard.press('[');
    await until(() => /\/rapat\/\d{4}-W\d{2}$/.test(s.page.url()), 'the week before');
    await s.page.keyboard.press(']');
    await until(async () => (await s.page.getByLabel('Rapat berikutnya').count()) === 0, 'this week again');
    expect(s.page.url()).not.toBe(here.replace('/rapat', ''));
    await s.page.goto(`${s.url}/rapat/2099-W02`);
    await shows(s.page, 'Rapat pekan itu belum tiba.');
    await s.close();
  });

  it('says so when it is empty, fails, or what it shows is old', async () => {
    const empty = await scene(browser, { path: '/rapat', double: { mood: 'empty' } });
    await shows(empty.page, 'Tidak ada yang lewat batas atau menunggu.');
    await empty.close();
    const failing = await scene(browser, { path: '/rapat', double: { mood: 'error' } });
    await shows(failing.page, 'Rapat Senin tidak dapat dimuat');
    failing.double.mood = 'normal';
    await failing.page.getByRole('button', { name: 'Coba lagi' }).click();
    await shows(failing.page, 'Pekan lalu 4 disposisi');
    await failing.close();
    const refused = await scene(browser, { path: '/rapat', prepare: as('sekda') });
    await shows(refused.page, 'Tambah pokok');
    refused.double.outcomes.refuse = [
      409,
      { title: 'Conflict', status: 409, code: 'conflict', key: 'error.meeting_closed', detail: 'closed' },
    ];
    await refused.page.getByRole('button', { name: 'Tambah pokok' }).click();
    await refused.page.getByRole('textbox', { name: 'Isi' }).fill('Terlambat?');
    await refused.page.getByRole('button', { name: 'Simpan' }).click();
    await shows(refused.page, 'Rapat pekan ini sudah ditutup');
    expect(await refused.page.getByRole('textbox', { name: 'Isi' }).inputValue()).toBe('Terlambat?');
    await refused.close();
  });
});

describe('Perangkat daerah', () => {
  it('compares with what is usual, by name, with intervals in words', async () => {
    const s = await scene(browser, { path: '/perangkat' });
    await shows(s.page, 'Lebih banyak terlambat daripada wajarnya.');
    const names = await s.page.locator('[data-office] h3').allInnerTexts();
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'id')));
    const dpupr = await textOf(s.page, '[data-office=DPUPR]');
    expect(dpupr).toContain('Terlambat: 41 dari 168 yang tenggatnya pada masa ini; wajarnya 33,5');
    expect(dpupr).toContain('1,20 kali yang wajar (selang 1,04–1,41)');
    expect(await textOf(s.page, '[data-office="Kel. Sempaja Timur"]')).toContain('Terlalu sedikit kasus');
    expect(await textOf(s.page, '[data-office=Disperkim]')).toContain('Sesuai dengan yang wajar.');
    await shows(s.page, '62 dari 100, selang 54–70');
    await shows(s.page, 'Belum terukur; tidak dihitung dan melebarkan selang.');
    await shows(s.page, '−31 % (−44 – −16)');
    expect(await axe(s.page)).toEqual([]);
    await s.page.getByRole('button', { name: 'Terlambat dibanding wajar' }).click();
    expect((await s.page.locator('[data-office] h3').allInnerTexts())[0]).toContain('Pekerjaan Umum');
    await s.page.getByRole('button', { name: '365 hari' }).click();
    await until(
      () => s.double.calls.filter((c) => c.includes('/api/office-pages')).length === 2,
      'asked again',
    );
    await s.page.locator('[data-office=DLH] h3 a').click();
    await until(async () => (await s.page.locator('[data-office]').count()) === 1, 'one office');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('says so when there is nothing, and when it fails', async () => {
    const empty = await scene(browser, { path: '/perangkat', double: { mood: 'empty' } });
    await shows(empty.page, 'Belum ada perangkat dengan laporan pada masa ini.');
    await shows(empty.page, 'Belum ada tindakan yang dampaknya terukur.');
    await shows(empty.page, 'Indeks kota belum ada');
    expect(await textOf(empty.page)).not.toContain('dari 100');
    expect(empty.errors).toEqual([]);
    await empty.close();
    const failing = await scene(browser, { path: '/perangkat', double: { mood: 'error' } });
    await shows(failing.page, 'Perangkat daerah tidak dapat dimuat');
    await shows(failing.page, 'Indeks kota tidak dapat dimuat');
    await failing.close();
  });
});

describe('Periksa bukti', () => {
  it('shows the picture once beside each it resembles, and wants a reason for either word', async () => {
    const s = await scene(browser, { path: '/bukti', prepare: as('sekda') });
    await shows(s.page, 'Sangat mirip bukti nomor 40');
    await shows(s.page, 'Susunan batu di kiri bawah sama.');
    expect(await s.page.locator('figure figcaption').allInnerTexts()).toEqual([
      'Sesudah',
      'Sebelum',
      'Mirip bukti nomor 40',
    ]);
    expect(await s.page.locator('figure svg rect:not(.under)').count()).toBe(2);
    const first = await s.page.locator('article li .name').first().innerText();
    expect(first).toBe('Foto lama');
    expect(await axe(s.page)).toEqual([]);
    await s.page.keyboard.press('t');
    expect(await s.page.getByLabel('Alasan').evaluate((e) => e === document.activeElement)).toBe(true);
    await s.page.getByRole('button', { name: 'Tolak' }).click();
    await shows(s.page, 'Tuliskan alasan, paling sedikit 10 huruf.');
    expect(s.double.outcomes.written).toEqual([]);
    await s.page.getByLabel('Alasan').fill('Batu dan genangan sama dengan foto Oktober.');
    await s.page.setViewportSize({ width: 1440, height: 500 });
    await s.page.getByRole('button', { name: 'Tolak' }).click();
    await shows(s.page, 'Ditolak: Bersihkan drainase Jalan Contoh');
    // The next picture comes into view, not its buttons.
    await until(
      async () => ((await s.page.locator('article figure').first().boundingBox())?.y ?? -1) >= 0,
      'the next picture is seen',
    );
    expect(s.double.outcomes.written).toEqual([
      {
        path: '/api/proofs/81/review',
        body: { verdict: 'ditolak', reason: 'Batu dan genangan sama dengan foto Oktober.' },
      },
    ]);
    await shows(s.page, 'Pelapor menyatakan belum beres');
    // A decision is never one key.
    await s.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await s.page.keyboard.press('s');
    expect(s.double.outcomes.written).toHaveLength(1);
    await s.page.keyboard.press('Enter');
    await shows(s.page, 'Tuliskan alasan, paling sedikit 10 huruf.');
    expect(s.double.outcomes.written).toHaveLength(1);
    await s.page.getByLabel('Alasan').fill('Batu dan pagar sama dengan foto sebelum.');
    await s.page.getByRole('button', { name: 'Sah', exact: true }).click();
    await shows(s.page, 'Tidak ada bukti yang menunggu.');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('is not for others, and says so when it fails or is empty', async () => {
    const lurah = await scene(browser, { path: '/bukti', prepare: as('wali_kota') });
    await shows(lurah.page, 'Bukti diperiksa oleh kepala OPD, camat, sekda, dan inspektorat.');
    await lurah.close();
    const empty = await scene(browser, { path: '/bukti', double: { mood: 'empty' }, prepare: as('auditor') });
    await shows(empty.page, 'Tidak ada bukti yang menunggu.');
    await empty.close();
    const failing = await scene(browser, { path: '/bukti', double: { mood: 'error' }, prepare: as('sekda') });
    await shows(failing.page, 'Antrean bukti tidak dapat dimuat');
    await failing.close();
  });
});

describe('all three', () => {
  for (const size of ['phone', 'desktop', 'wall'] as const)
    for (const [theme, language] of [
      ['light', 'id'],
      ['dark', 'en'],
    ] as const)
      it(`fit ${size}, ${theme}, in ${language}`, async () => {
        for (const [path, ready] of [
          ['/rapat', '[data-part=not_done] li'],
          ['/perangkat', '[data-office]'],
          ['/bukti', 'article figure'],
        ] as const) {
          const s = await scene(browser, { path, size, theme, language, prepare: as('sekda') });
          await until(async () => (await s.page.locator(ready).count()) > 0, `${path} is there`);
          await until(async () => (await s.page.locator('.skeleton').count()) === 0, 'everything has loaded');
          await fits(s.page, size);
          expect(await axe(s.page)).toEqual([]);
          await s.page.screenshot({ path: `test-results/${path.slice(1)}-${size}-${theme}.png` });
          expect(s.errors).toEqual([]);
          await s.close();
        }
      });
});
