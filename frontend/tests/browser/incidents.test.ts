import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { axe, launch, scene, shows, textOf, until } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const cards = (page: Page) => page.locator('article.card');
async function listed(page: Page) {
  await until(async () => (await cards(page).count()) > 3, 'cards');
}
const titles = (page: Page) => page.locator('article.card h2').allInnerTexts();
const post = (calls: string[], path: RegExp) => calls.filter((c) => c.startsWith('POST') && path.test(c));

describe('Kejadian', () => {
  it('puts the most pressing first and says how far grouping is', async () => {
    const s = await scene(browser, { path: '/kejadian' });
    await listed(s.page);
    const first = await cards(s.page).first().innerText();
    for (const part of ['Awas', 'suara', 'belum selesai', 'Mengapa satu perkara', 'kambuh ke-3', 'DPUPR'])
      expect(first).toContain(part);
    expect(await textOf(s.page, '.grouping')).toMatch(
      /Pengelompokan terakhir \d\d\.\d\d, 420 laporan, 9 belum terkelompok, \d+ perlu keputusan orang\./,
    );
    await s.page.getByText('perlu keputusan orang').click();
    await until(() => s.page.url().endsWith('/laporan?putusan=1'), 'the reports to decide');
    await until(async () => (await s.page.locator('a.row').count()) > 0, 'rows');
    const states = await s.page.locator('a.row .status').allInnerTexts();
    expect(new Set(states.map((x) => x.trim()))).toEqual(new Set(['Perlu keputusan']));
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('keeps its filters in the address', async () => {
    const s = await scene(browser, { path: '/kejadian' });
    await listed(s.page);
    await s.page.getByRole('button', { name: 'Kambuh' }).click();
    await until(async () => (await cards(s.page).count()) === 2, 'the two that came back');
    expect(new URL(s.page.url()).searchParams.get('kambuh')).toBe('1');
    await s.page.getByRole('button', { name: 'Kambuh' }).click();
    await s.page.getByRole('button', { name: 'Mendesak' }).click();
    await s.page.getByRole('button', { name: 'Suara ≥ 2' }).click();
    await until(async () => {
      const said = await s.page.locator('article.card .voices strong').allInnerTexts();
      return said.length > 0 && said.every((n) => Number(n) > 1);
    }, 'two voices or more');
    await s.page.getByLabel('Keadaan').selectOption('dismissed');
    await shows(s.page, 'Tidak ada kejadian yang cocok');
    await s.page.getByText('Hapus semua saringan').click();
    await listed(s.page);
    await s.close();
  });

  it('never jumps: what is new waits, what changes keeps its place', async () => {
    const s = await scene(browser, { path: '/kejadian' });
    await shows(s.page, 'Langsung ·');
    await listed(s.page);
    const before = await titles(s.page);
    const made = s.double.incident({ text: 'Tanggul retak', category: 'banjir-drainase', urgency: 'awas' });
    await shows(s.page, '1 kejadian baru, paling tinggi awas');
    expect(await titles(s.page)).toEqual(before);
    await s.page.getByText('1 kejadian baru').click();
    await until(
      async () => (await s.page.locator(`a[href="/kejadian/${made}"]`).count()) === 1,
      'the new one is listed',
    );
    await s.close();
  });

  it('is walked with j, k, Enter and Esc', async () => {
    const s = await scene(browser, { path: '/' });
    await shows(s.page, 'Perlu perhatian sekarang');
    await s.page.keyboard.press('g');
    await s.page.keyboard.press('i');
    await listed(s.page);
    await s.page.keyboard.press('Enter');
    await shows(s.page, 'laporan di dalamnya');
    expect(s.page.url()).toMatch(/\/kejadian\/301$/);
    await s.page.keyboard.press('j');
    await until(() => s.page.url().endsWith('/kejadian/302'), 'the next');
    await s.page.keyboard.press('k');
    await until(() => s.page.url().endsWith('/kejadian/301'), 'the one before');
    await s.page.keyboard.press('Escape');
    await until(() => s.page.url().endsWith('/kejadian'), 'closed');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('says so when there is nothing, too little, or an error, and when grouping is behind', async () => {
    const empty = await scene(browser, { path: '/kejadian', double: { mood: 'empty' } });
    await shows(empty.page, 'Belum cukup data: baru 0 laporan dikelompokkan');
    expect(await axe(empty.page)).toEqual([]);
    await empty.close();
    const broken = await scene(browser, { path: '/kejadian/301', double: { mood: 'error' } });
    await shows(broken.page, 'Kejadian 301 tidak dapat dimuat');
    await shows(broken.page, 'Kejadian tidak dapat dimuat');
    expect(await axe(broken.page)).toEqual([]);
    // A socket that comes back would mend the screen before the button does.
    broken.double.refuseSockets = true;
    broken.double.setMood('normal');
    for (const pane of ['section.list', 'aside'])
      await broken.page.locator(pane).getByText('Coba lagi').click();
    await listed(broken.page);
    await broken.close();
    const late = await scene(browser, {
      path: '/kejadian',
      prepare: (d) => (d.world.grouping.at = new Date(Date.now() - 3 * 3_600_000).toISOString()),
    });
    await shows(late.page, 'Pengelompokan tertinggal');
    await late.close();
    const gone = await scene(browser, { path: '/kejadian/99999' });
    await shows(gone.page, 'Data ini tidak ada');
    await gone.close();
  });

  it('stays readable without a network', async () => {
    const s = await scene(browser, { path: '/kejadian/301' });
    await shows(s.page, 'laporan di dalamnya');
    await shows(s.page, 'Langsung ·');
    await s.context.setOffline(true);
    await shows(s.page, 'Tidak tersambung ke server');
    await s.page.getByRole('button', { name: 'Pantau', exact: true }).click();
    await shows(s.page, 'Belum tersimpan. Server tidak menjawab.');
    expect(await textOf(s.page, 'aside .title')).toContain('Parit tersumbat');
    await s.context.setOffline(false);
    await s.close();
  });
});

describe('what officers say about incidents', () => {
  it('merges, says what it did, and takes it back', async () => {
    const s = await scene(browser, { path: '/kejadian/301' });
    await shows(s.page, '29 laporan di dalamnya');
    await s.page.getByRole('button', { name: 'Gabungkan', exact: true }).click();
    const dialog = s.page.getByRole('dialog');
    await dialog.getByLabel('Cari judul').fill('Temindung');
    await until(async () => (await dialog.getByRole('checkbox').count()) > 0, 'candidates');
    expect(await axe(s.page)).toEqual([]);
    await dialog.getByRole('checkbox').first().check();
    await dialog.getByRole('button', { name: /^Gabungkan 2 kejadian/ }).click();
    await shows(s.page, '2 kejadian digabung.');
    await shows(s.page, 'Perkara yang sama');
    expect(await textOf(s.page, 'aside')).not.toContain('29 laporan di dalamnya');
    await s.page.locator('aside .news').getByRole('button', { name: 'Batalkan' }).click();
    await shows(s.page, 'Keputusan dibatalkan.');
    await shows(s.page, '29 laporan di dalamnya');
    expect(post(s.double.calls, /merge$/)).toHaveLength(1);
    expect(post(s.double.calls, /split$/)).toHaveLength(1);
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('leads from a merged number to the incident that stays', async () => {
    const s = await scene(browser, { path: '/kejadian/302', prepare: (d) => void d.merge(301, [302]) });
    await until(() => s.page.url().endsWith('/kejadian/301'), 'the address of the one that stays');
    await s.close();
  });

  it('splits in two taps, with x as well, and merges back', async () => {
    const s = await scene(browser, { path: '/kejadian/301' });
    await shows(s.page, '29 laporan di dalamnya');
    await s.page.keyboard.press('x');
    await until(
      async () => (await s.page.locator('[data-member] input:focus').count()) === 1,
      'a box has the focus',
    );
    await s.page.locator('[data-member] input').nth(1).check();
    // x ticks whatever report has the focus.
    await s.page.locator('[data-member]').nth(2).getByRole('link').focus();
    await s.page.keyboard.press('x');
    await shows(s.page, '2 laporan menjadi kejadian tersendiri');
    expect(await axe(s.page)).toEqual([]);
    await s.page.getByRole('button', { name: 'Pisahkan jadi kejadian lain' }).click();
    await shows(s.page, '2 laporan dipisahkan menjadi kejadian');
    await shows(s.page, '27 laporan di dalamnya');
    await s.page.locator('aside .news').getByRole('button', { name: 'Batalkan' }).click();
    await shows(s.page, '29 laporan di dalamnya');
    await s.close();
  });

  it('watches in one tap; dismisses only with a reason; closes only with an answer', async () => {
    const s = await scene(browser, { path: '/kejadian/301' });
    await shows(s.page, '29 laporan di dalamnya');
    await s.page.getByRole('button', { name: 'Pantau', exact: true }).click();
    await shows(s.page, 'Kejadian dipantau.');
    await s.page.getByRole('button', { name: 'Abaikan', exact: true }).click();
    await s.page.getByRole('button', { name: 'Abaikan kejadian' }).click();
    await shows(s.page, 'Tulis alasannya; alasan ini dicatat.');
    await s.page.keyboard.press('Escape');
    await s.page.getByRole('button', { name: 'Beri judul' }).click();
    await s.page.getByRole('dialog').getByLabel('Judul').fill('Parit Gang Melati mampet');
    await s.page.getByRole('button', { name: 'Simpan judul' }).click();
    await shows(s.page, 'Judul disimpan.');
    expect(await textOf(s.page, 'aside .title')).toBe('Parit Gang Melati mampet');
    await s.page.getByRole('button', { name: 'Tutup dengan jawaban' }).click();
    await shows(s.page, 'jawaban ini diberikan pada 29 tiket pelapor');
    await s.page.getByRole('button', { name: 'Tutup dan jawab 29 tiket' }).click();
    await shows(s.page, 'Tulis jawaban: apa yang dikerjakan');
    await s.page.getByRole('dialog').getByLabel('Jawaban kepada pelapor').fill('Parit dikeruk kemarin.');
    expect(await axe(s.page)).toEqual([]);
    await s.page.getByRole('button', { name: 'Tutup dan jawab 29 tiket' }).click();
    await shows(s.page, 'Jawaban diberikan pada 29 tiket pelapor.');
    await s.page.getByRole('button', { name: 'Buka lagi' }).click();
    await shows(s.page, 'kembali mengikuti laporannya');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('says why a decision was refused and keeps what was written', async () => {
    const s = await scene(browser, { path: '/kejadian/301' });
    await shows(s.page, '29 laporan di dalamnya');
    s.double.refuseDecisions = true;
    await s.page.getByRole('button', { name: 'Abaikan', exact: true }).click();
    await s.page.getByRole('dialog').getByLabel('Alasan').fill('Sudah ditangani provinsi');
    await s.page.getByRole('button', { name: 'Abaikan kejadian' }).click();
    await shows(s.page, 'Belum tersimpan. Anda tidak berwenang');
    expect(await s.page.getByRole('dialog').getByLabel('Alasan').inputValue()).toBe(
      'Sudah ditangani provinsi',
    );
    await s.close();
  });

  it('lets an auditor read only', async () => {
    const s = await scene(browser, { path: '/kejadian/301', prepare: (d) => (d.role = 'auditor') });
    await shows(s.page, 'Peran Anda hanya dapat membaca.');
    expect(await s.page.getByRole('button', { name: 'Gabungkan' }).count()).toBe(0);
    expect(await s.page.locator('.corrections button').count()).toBe(0);
    await s.close();
  });
});

describe('corrections in two taps', () => {
  it('in an incident’s report', async () => {
    const s = await scene(browser, { path: '/kejadian/301' });
    await shows(s.page, '29 laporan di dalamnya');
    const member = s.page.locator('[data-member]').first();
    await member.locator('[data-field=category]').click();
    await until(async () => (await member.getByText('usulan mesin').count()) > 1, 'proposals');
    expect(await member.innerText()).toContain('Kata penentu: parit, air, tersumbat.');
    expect(await axe(s.page)).toEqual([]);
    await member.locator('.list ul button').nth(1).click();
    await until(() => post(s.double.calls, /correction$/).length === 1, 'the correction is sent');
    await until(
      async () => (await member.innerText()).includes('Mesin belajar dari koreksi ini.'),
      'it says what changed',
    );
    await member.getByRole('button', { name: 'Batalkan' }).click();
    await until(() => post(s.double.calls, /correction$/).length === 2, 'the correction is taken back');
    await s.close();
  });

  it('in a report: category, office, kelurahan by name, urgency', async () => {
    const s = await scene(browser, { path: '/laporan?putusan=1' });
    await until(async () => (await s.page.locator('a.row').count()) > 0, 'rows');
    await s.page.locator('a.row').first().click();
    await shows(s.page, 'Perlu keputusan orang.');
    const pane = s.page.locator('aside');
    await pane.locator('[data-field=category]').click();
    await until(async () => (await pane.getByText('kurang yakin').count()) > 0, 'confidence in words');
    await pane.locator('.list ul button').first().click();
    await shows(s.page, 'dibenarkan');
    await shows(s.page, 'ditetapkan petugas.');
    await pane.locator('[data-field=area]').click();
    await pane.getByLabel('Cari kelurahan lain').fill('sempaja t');
    await pane.getByRole('button', { name: 'Sempaja Timur' }).click();
    await shows(s.page, 'menjadi Sempaja Timur');
    await pane.locator('[data-field=urgency]').click();
    await s.page.keyboard.press('Escape');
    await until(async () => (await pane.locator('.list').count()) === 0, 'Esc closes the choices');
    expect(s.page.url()).toMatch(/\/laporan\/\d+/);
    await pane.locator('[data-field=urgency]').click();
    await pane.getByRole('button', { name: /^Siaga/ }).click();
    await until(() => post(s.double.calls, /correction$/).length === 3, 'three corrections');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('says so when a correction is refused', async () => {
    const s = await scene(browser, { path: '/laporan/1400' });
    await shows(s.page, 'Hasil baca');
    s.double.refuseDecisions = true;
    await s.page.locator('[data-field=office]').click();
    await s.page.locator('.corrections .list .rest button').first().click();
    await shows(s.page, 'Koreksi belum tersimpan. Anda tidak berwenang');
    await s.close();
  });
});

describe('incidents elsewhere', () => {
  it('links a report to its incident', async () => {
    const s = await scene(browser, { path: '/kejadian/301' });
    await shows(s.page, '29 laporan di dalamnya');
    await s.page.locator('[data-member] .text a').first().click();
    await shows(s.page, '1 dari 29 suara:');
    await s.page.locator('aside .incident a').click();
    await until(() => s.page.url().endsWith('/kejadian/301'), 'back at the incident');
    await s.page.getByText('Lihat di Laporan').click();
    await until(async () => (await s.page.locator('a.row').count()) > 5, 'rows');
    expect(new URL(s.page.url()).searchParams.get('kejadian')).toBe('301');
    await s.close();
  });

  it('draws incidents on the plain map too, each a way to its page', async () => {
    const s = await scene(browser, { path: '/peta?lapisan=kejadian' });
    await until(async () => (await s.page.locator('svg .marker').count()) > 50, 'markers');
    expect(await s.page.locator('section.list tbody tr').count()).toBeGreaterThan(50);
    await s.page.locator('svg .marker[data-incident="301"]').click({ force: true });
    await until(() => s.page.url().includes('/kejadian/'), 'the incident');
    await s.page.goto(`${s.url}/peta`);
    await until(
      async () => (await s.page.locator('svg circle.guess').count()) > 0,
      'areas of uncertain places',
    );
    await s.page.goto(`${s.url}/peta?lapisan=titik-panas`);
    await until(async () => (await s.page.locator('svg path.heat').count()) === 15, 'hot cells');
    await s.close();
  });

  it('explains flood risk on the area card', async () => {
    const s = await scene(browser, { path: '/peta?lapisan=banjir-6&wilayah=64.72.08.1002' });
    await shows(s.page, 'Hujan 31 mm dalam 1 jam terakhir');
    await shows(s.page, 'Tanpa data: muka air: data terputus 3 jam');
    await shows(s.page, 'Besok sekitar 6,0 laporan');
    expect(await textOf(s.page, 'section.list tbody tr')).toContain('Awas');
    expect(await axe(s.page)).toEqual([]);
    await s.close();
  });

  it('leads an alert about an incident to it', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Langsung ·');
    const alert = {
      ...s.double.world.alerts[0],
      key: 'incident:301',
      kind: 'incident',
      severity: 'awas',
      headline: 'Kejadian gawat di Gunung Lingai',
      since: new Date().toISOString(),
    };
    s.double.push({ topic: 'alerts', op: 'put', key: alert.key, data: alert });
    await shows(s.page, 'Kejadian gawat');
    await s.page.getByText('Buka kejadian', { exact: true }).click();
    await until(() => s.page.url().endsWith('/kejadian/301'), 'the incident');
    await s.close();
  });
});
