import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { axe, launch, scene, shows, sizes, textOf, until, type SceneOptions } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** A city with advice, seen by the mayor unless said otherwise. */
function advised(options: SceneOptions & { role?: string } = {}) {
  const { role = 'wali_kota', prepare, ...rest } = options;
  return scene(browser, {
    ...rest,
    prepare: (d) => {
      d.actions.advice = true;
      d.role = role;
      prepare?.(d);
    },
  });
}
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const items = (page: Page) => page.locator('.attention ol > li');
/** Waits for the five; the map names the first before its list is there. */
const listed = (page: Page) => until(async () => (await items(page).count()) === 5, 'five pieces of advice');
const first = 'Bersihkan drainase di Sungai Pinang Dalam';
const keyOf = (page: Page) => page.locator('.chosen').first().getAttribute('data-key');

describe('what needs the mayor now', () => {
  it('is five pieces of advice, each saying what, why, what is advised, who and when', async () => {
    const s = await advised();
    await listed(s.page);
    const open = await items(s.page).first().innerText();
    for (const part of [
      'Awas',
      'memburuk',
      'Mengapa',
      '37 laporan',
      'Saran',
      'menurut 6 tindakan serupa',
      'Siapa & kapan',
      'DPUPR, paling lambat',
      '2 hari kerja',
    ])
      expect(open).toContain(part);
    expect(await button(s.page, 'Setujui & disposisi').count()).toBe(1);
    await shows(s.page, '1 usulan lain di Tindakan');
    expect(await axe(s.page)).toEqual([]);
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('says why one is first, and lets the mayor place another with a reason', async () => {
    const s = await advised();
    await shows(s.page, first);
    await s.page.keyboard.press('j');
    await s.page.keyboard.press('j');
    await s.page.getByText('Mengapa urutan 3?').click();
    for (const factor of ['Dampak', '× Mendesak', '× Dapat ditindak', '× Bobot aturan', '= Nilai'])
      await shows(s.page, factor);
    await button(s.page, 'Ubah urutan').click();
    await button(s.page, 'Simpan urutan').click();
    await shows(s.page, 'Tulis alasannya; alasan ini dicatat.');
    await s.page.getByLabel('Alasan').fill('Ada kunjungan menteri.');
    await button(s.page, 'Simpan urutan').click();
    await until(
      async () => (await items(s.page).first().innerText()).includes('Angkut sampah tertunda di Loa Bakung'),
      'the placed one stands first',
    );
    expect(s.double.actions.decided[0]?.body).toEqual({
      decision: 'rank',
      rank: 1,
      reason: 'Ada kunjungan menteri.',
    });
    await s.close();
  });

  it('moves the map with the choice, and opens the advice with Enter', async () => {
    const s = await advised();
    await shows(s.page, first);
    await until(async () => (await textOf(s.page, '.map footer')).includes(first), 'the map follows');
    await s.page.keyboard.press('j');
    await until(
      async () => (await textOf(s.page, '.map footer')).includes('Siagakan pompa'),
      'the map follows j',
    );
    await s.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await s.page.keyboard.press('Enter');
    await until(() => s.page.url().endsWith('/tindakan/usulan/2'), 'the advice in full');
    await shows(s.page, 'Bukti (6)');
    await s.page.keyboard.press('Escape');
    await until(() => s.page.url().endsWith('/tindakan'), 'the board');
    await s.close();
  });

  it('shows those who may not decide no buttons', async () => {
    for (const role of ['auditor', 'kepala_opd']) {
      const s = await advised({ role });
      await shows(s.page, first);
      expect(await button(s.page, 'Setujui & disposisi').count()).toBe(0);
      expect(await button(s.page, 'Tolak').count()).toBe(0);
      await shows(s.page, 'Lihat bukti (6)');
      await s.close();
    }
  });

  it('falls back to alerts where nothing is advised, and is calm where nothing is at all', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Muka air Karang Mumus melewati batas siaga');
    await s.close();
    const calm = await scene(browser, { double: { mood: 'empty' } });
    await shows(calm.page, 'Tidak ada yang mendesak.');
    await shows(calm.page, 'Terakhir diperiksa');
    await shows(calm.page, 'Dari 3 aturan');
    await calm.close();
  });
});

describe('approving in one tap', () => {
  /** Time stands still on the page until it is told to run: five seconds are five, however slow the machine. */
  async function atRest() {
    const s = await advised();
    await s.page.clock.install();
    await s.page.reload();
    await listed(s.page);
    await s.page.clock.pauseAt(Date.now() + 60_000);
    return s;
  }

  it('can be taken back before it is sent, by the key too', async () => {
    const s = await atRest();
    await button(s.page, 'Setujui & disposisi').click();
    await shows(s.page, 'segera dikirim');
    const focus = () => s.page.evaluate(() => document.activeElement?.textContent ?? '');
    await until(async () => (await focus()).startsWith('Batalkan'), 'the way back has the focus');
    await s.page.clock.runFor(4500);
    await s.page.keyboard.press('Enter');
    await until(async () => !(await textOf(s.page)).includes('segera dikirim'), 'the bar is gone');
    await button(s.page, 'Setujui & disposisi').click();
    await shows(s.page, 'segera dikirim');
    await s.page.keyboard.press('Escape');
    await until(async () => !(await textOf(s.page)).includes('segera dikirim'), 'Esc takes it back');
    await s.page.clock.runFor(20_000);
    expect(s.double.actions.decided).toEqual([]);
    await s.close();
  });

  it('is sent once after five seconds, wherever one has gone, and leads to what was sent', async () => {
    const s = await atRest();
    await button(s.page, 'Setujui & disposisi').click();
    await s.page.getByRole('link', { name: 'Peta', exact: true }).click();
    await s.page.clock.runFor(4500);
    await shows(s.page, 'segera dikirim');
    expect(s.double.actions.decided).toEqual([]);
    await s.page.clock.runFor(1000);
    await s.page.clock.resume();
    await shows(s.page, 'Disposisi terkirim: DSP/0060/XI/2026.');
    expect(s.double.actions.decided).toEqual([
      { path: '/api/recommendations/1/decide', body: { decision: 'approve' } },
    ]);
    expect(await axe(s.page)).toEqual([]);
    await s.page.getByRole('link', { name: 'Buka disposisi' }).click();
    await until(() => s.page.url().endsWith('/tindakan/60'), 'the disposition');
    await shows(s.page, 'Dikirim');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('says when it could not be sent, and does not send twice when only the answer was lost', async () => {
    const s = await advised();
    await shows(s.page, first);
    await s.page.route(
      '**/decide',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await button(s.page, 'Setujui & disposisi').click();
    await button(s.page, 'Kirim sekarang').click();
    await shows(s.page, 'Belum terkirim.');
    await button(s.page, 'Coba lagi').click();
    await shows(s.page, 'Disposisi terkirim: DSP/0060/XI/2026.');
    expect(s.double.actions.dispositions.filter((d: { id: number }) => d.id >= 60)).toHaveLength(1);
    await s.close();
  });
});

describe('declining and postponing', () => {
  it('ask for a reason, and say so', async () => {
    const s = await advised();
    await shows(s.page, first);
    await button(s.page, 'Tolak').click();
    await button(s.page, 'Tolak usulan').click();
    await shows(s.page, 'Tulis alasannya; alasan ini dicatat.');
    expect(await axe(s.page)).toEqual([]);
    await s.page.getByLabel('Alasan').fill('Sudah dikerjakan kecamatan.');
    await button(s.page, 'Tolak usulan').click();
    await until(async () => !(await textOf(s.page, '.attention')).includes(first), 'it is gone');
    await button(s.page, 'Tunda').click();
    await s.page.getByLabel('Alasan').fill('Menunggu hujan reda.');
    await s.page.getByRole('dialog').getByRole('button', { name: 'Tunda', exact: true }).click();
    await until(() => s.double.actions.decided.length === 2, 'both are decided');
    expect(s.double.actions.decided[0]?.body).toEqual({
      decision: 'decline',
      reason: 'Sudah dikerjakan kecamatan.',
    });
    expect(Date.parse(s.double.actions.decided[1]?.body.until)).toBeGreaterThan(Date.now());
    await s.close();
  });

  it('keep what was written when they are refused', async () => {
    const s = await advised();
    await shows(s.page, first);
    s.double.actions.refuse = true;
    await button(s.page, 'Tolak').click();
    await s.page.getByLabel('Alasan').fill('Sudah dikerjakan kecamatan.');
    await button(s.page, 'Tolak usulan').click();
    await shows(s.page, 'Belum tersimpan. Anda tidak berwenang');
    expect(await s.page.getByLabel('Alasan').inputValue()).toBe('Sudah dikerjakan kecamatan.');
    await s.close();
  });
});

describe('the sheet', () => {
  it('is prefilled from advice, edited, and sent as its approval', async () => {
    const s = await advised();
    await shows(s.page, first);
    await button(s.page, 'Ubah').click();
    const sheet = s.page.getByRole('dialog');
    await until(async () => (await sheet.count()) === 1, 'the sheet');
    expect(await sheet.getByLabel('Perihal').inputValue()).toContain(first);
    expect(await axe(s.page)).toEqual([]);
    await sheet.getByLabel('Diteruskan kepada').selectOption('DLH');
    await sheet.getByLabel('Tembusan').selectOption('Dishub');
    await button(s.page, 'Segera').click();
    // Choosing is not sending.
    expect(s.double.actions.decided).toEqual([]);
    await button(s.page, '+ Proses lebih lanjut').click();
    await sheet.locator('input[type=number]').fill('3');
    const text = await sheet.innerText();
    expect(text).toMatch(/Jatuh pada \w+, \d+ \w+ \d{4}/);
    expect(text).toContain('Dikirim kepada DLH, tenggat');
    await button(s.page, 'Kirim disposisi').click();
    await shows(s.page, 'Disposisi terkirim: DSP/0060/XI/2026.');
    const sent = s.double.actions.decided[0];
    expect(sent?.path).toBe('/api/recommendations/1/decide');
    expect(sent?.body.order).toMatchObject({
      office: 'DLH',
      copies: ['Dishub'],
      nature: 'segera',
      due_days: 3,
      recommendation_id: 1,
    });
    expect(sent?.body.order.instruction).toMatch(/Proses lebih lanjut\.$/);
    expect(sent?.body.order.client_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('says what is missing beside the field and keeps its number when sent again', async () => {
    const s = await advised({ path: '/tindakan' });
    await button(s.page, 'Disposisi baru').click();
    await button(s.page, 'Kirim disposisi').click();
    for (const text of ['Pilih penerima disposisi.', 'Tulis perihal', 'Tulis isi disposisi'])
      await shows(s.page, text);
    expect(await axe(s.page)).toEqual([]);
    const sheet = s.page.getByRole('dialog');
    await sheet.getByLabel('Diteruskan kepada').selectOption('@sekda');
    await sheet.getByLabel('Perihal').fill('Siapkan rapat banjir');
    await sheet.getByLabel('Isi disposisi').fill('Undang DPUPR, BPBD dan para camat.');
    await s.context.setOffline(true);
    await button(s.page, 'Kirim disposisi').click();
    await shows(s.page, 'Belum terkirim. Server tidak menjawab.');
    await s.context.setOffline(false);
    await s.page.route(
      '**/api/dispositions',
      async (route) => {
        if (route.request().method() !== 'POST') return route.continue();
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await button(s.page, 'Kirim disposisi').click();
    await until(() => s.double.actions.decided.length === 1, 'it arrived, but the answer did not');
    await shows(s.page, 'Belum terkirim.');
    await button(s.page, 'Kirim disposisi').click();
    await shows(s.page, 'Disposisi terkirim');
    const ids = s.double.actions.decided.map((d: { body: { client_id: string } }) => d.body.client_id);
    expect(new Set(ids).size).toBe(1);
    expect(s.double.actions.decided[0]?.body.role).toBe('sekda');
    await s.close();
  });

  it('takes an assistant’s draft', async () => {
    const s = await advised({ path: '/tanya' });
    const box = s.page.locator('textarea').first();
    await box.fill('Buat konsep disposisi ke DPUPR');
    await box.press('Enter');
    await shows(s.page, 'Belum dikirim');
    await button(s.page, 'Jadikan disposisi').click();
    const sheet = s.page.getByRole('dialog');
    await until(async () => (await sheet.count()) === 1, 'the sheet');
    expect(await sheet.getByLabel('Perihal').inputValue()).toContain('Bersihkan parit yang tersumbat');
    await button(s.page, 'Kirim disposisi').click();
    await shows(s.page, 'Disposisi terkirim');
    expect(s.double.actions.decided[0]).toMatchObject({
      path: '/api/dispositions',
      body: { office: 'DPUPR', incidents: [301] },
    });
    await s.close();
  });
});

describe('the board', () => {
  it('shows where everything stands, late first, and withdrawn advice with its reason', async () => {
    const s = await advised({ path: '/tindakan' });
    await shows(s.page, 'Tambal jalan di Handil Bakti');
    const running = s.page.locator('section', { has: s.page.getByRole('heading', { name: /^Berjalan/ }) });
    expect(await running.locator('article').first().innerText()).toContain('lewat 29 jam');
    await shows(s.page, 'Laporannya selesai 2 jam lalu; saran ini tidak perlu lagi.');
    await shows(s.page, 'Menunggu Camat Samarinda Utara.');
    expect(await axe(s.page)).toEqual([]);
    await s.page.keyboard.press('j');
    await until(async () => (await keyOf(s.page)) === 'r1', 'the first card');
    await s.page.keyboard.press('j');
    await until(async () => (await keyOf(s.page)) === 'r2', 'the second card');
    await s.page.keyboard.press('k');
    await s.page.keyboard.press('Enter');
    await until(() => s.page.url().endsWith('/tindakan/usulan/1'), 'the advice');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('remembers the table, and narrows by office and lateness', async () => {
    const s = await advised({ path: '/tindakan' });
    await shows(s.page, 'Tambal jalan');
    await button(s.page, 'Tabel').click();
    await until(async () => (await s.page.locator('tbody tr').count()) > 10, 'rows');
    expect(await axe(s.page)).toEqual([]);
    await s.page.goto(`${s.url}/tindakan`);
    await until(async () => (await s.page.locator('tbody tr').count()) > 10, 'the table again');
    await s.page.getByLabel('Lewat tenggat saja').check();
    await until(async () => (await s.page.locator('tbody tr').count()) === 2, 'two are late');
    await s.page.getByLabel('Perangkat daerah').selectOption('DLH');
    await shows(s.page, 'Tidak ada tindakan yang cocok');
    expect(new URL(s.page.url()).searchParams.get('lewat')).toBe('1');
    await s.close();
  });

  it('says when there is nothing, when it failed, and goes on with what it has', async () => {
    const empty = await advised({ path: '/tindakan', double: { mood: 'empty' } });
    await shows(empty.page, 'Belum ada usulan atau disposisi.');
    await empty.close();
    const failed = await advised({ path: '/tindakan', double: { mood: 'error' } });
    await shows(failed.page, 'Tindakan tidak dapat dimuat');
    failed.double.setMood('normal');
    await button(failed.page, 'Coba lagi').click();
    await shows(failed.page, 'Tambal jalan di Handil Bakti');
    await failed.close();
    const s = await advised({ path: '/tindakan' });
    await shows(s.page, 'Tambal jalan');
    await s.context.setOffline(true);
    s.double.report();
    await shows(s.page, 'Tidak tersambung ke server');
    await shows(s.page, 'Tambal jalan di Handil Bakti');
    await s.context.setOffline(false);
    await s.close();
  });
});

describe('one recommendation', () => {
  it('resolves each line of evidence to its rows', async () => {
    const s = await advised({ path: '/tindakan/usulan/1' });
    await shows(s.page, 'Bukti (6)');
    const hrefs = await s.page
      .locator('section ul li .under > a')
      .evaluateAll((links) => links.map((a) => a.getAttribute('href')));
    expect(hrefs).toHaveLength(6);
    for (const href of hrefs) {
      await s.page.goto(s.url + href);
      await until(async () => (await s.page.locator('main').innerText()).length > 40, `${href} opens`);
      expect(await textOf(s.page)).not.toContain('Halaman ini tidak ada');
    }
    await s.close();
  });

  it('shows effect with range and basis, cost, risk, like actions and history', async () => {
    const s = await advised({ path: '/tindakan/usulan/1' });
    await shows(s.page, 'menurut 6 tindakan serupa di kota ini');
    for (const text of [
      'Rp 8 juta sampai Rp 25 juta',
      'Air masuk rumah',
      'Keruk parit Gang Melati',
      'Berhasil: −62',
      'Usulan dibuat oleh Balaikota.',
    ])
      await shows(s.page, text);
    expect(await axe(s.page)).toEqual([]);
    await s.close();
    const gone = await advised({ path: '/tindakan/usulan/99' });
    await shows(gone.page, 'Data ini tidak ada');
    await gone.close();
  });
});

describe('one disposition', () => {
  it('shows its chain, its history from what to what, its proof, the reporter’s word and its effect', async () => {
    const s = await advised({ path: '/tindakan/50' });
    await shows(s.page, 'Keruk parit Gang Melati');
    for (const text of [
      'Rantai disposisi',
      'Bukti diperiksa → Selesai',
      'Kata pelapor: sudah beres.',
      'turun 62 %',
      'bukti sah',
      'jam ponsel',
    ])
      await shows(s.page, text);
    await until(async () => (await s.page.locator('figure svg path.seen').count()) === 1, 'the chart');
    expect(await s.page.locator('figure svg .done-text').textContent()).toContain('selesai');
    await until(
      () =>
        s.page.evaluate(() =>
          [...document.images].filter((i) => i.src.includes('/picture')).every((i) => i.naturalWidth > 0),
        ),
      'the pictures',
    );
    expect(await axe(s.page)).toEqual([]);
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('offers what the server says may be done, and asks for words', async () => {
    const s = await advised({ path: '/tindakan/51' });
    await shows(s.page, 'Bandingkan pagar di kiri kedua foto.');
    await button(s.page, 'Belum beres, buka lagi').click();
    const dialog = s.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Belum beres, buka lagi' }).click();
    await shows(s.page, 'Tulis keterangannya; ini dicatat.');
    expect(await axe(s.page)).toEqual([]);
    await dialog.getByLabel('Keterangan').fill('Tutup di ujung jalan belum diganti.');
    await dialog.getByRole('button', { name: 'Belum beres, buka lagi' }).click();
    await shows(s.page, 'Bukti diperiksa → Dikerjakan');
    await shows(s.page, 'Tutup di ujung jalan belum diganti.');
    expect(s.double.actions.decided[0]?.body).toMatchObject({ kind: 'reopen' });
    await s.close();
  });
});

describe('the letter', () => {
  const pages = (pdf: Buffer) => pdf.toString('latin1').match(/\/Type\s*\/Page(?!s)/g)?.length ?? 0;
  it('prints on exactly one page of A4, however long it is', async () => {
    for (const length of [0, 1800, 4000]) {
      const s = await advised({
        path: '/tindakan/50/lembar',
        prepare: (d) => {
          const order = d.actions.dispositions.find((o: { id: number }) => o.id === 50);
          if (length)
            order.instruction = 'Periksa saluran dan laporkan hasilnya. '
              .repeat(length / 39)
              .slice(0, length);
          if (length === 4000) order.note = 'Koordinasikan dengan lurah setempat. '.repeat(55).slice(0, 2000);
        },
      });
      await shows(s.page, 'PEMERINTAH KOTA SAMARINDA');
      for (const text of [
        'LEMBAR DISPOSISI',
        'DSP/0050/X/2026',
        'BPBD, Kel. Sungai Pinang Dalam',
        'Paraf penerima',
        'Disusun otomatis, diputuskan oleh Wali Kota Samarinda',
      ])
        await shows(s.page, text);
      if (length === 0) expect(await axe(s.page)).toEqual([]);
      expect(pages(await s.page.pdf({ preferCSSPageSize: true }))).toBe(1);
      expect(s.errors).toEqual([]);
      await s.close();
    }
  });
});

describe('the rules of advice', () => {
  it('are readable by all, changed by sekda and operator with a reason, and keep every version', async () => {
    const mayor = await advised({ path: '/tindakan/aturan' });
    await shows(mayor.page, 'Bersihkan drainase di {tempat}');
    expect(await button(mayor.page, 'Ubah aturan').count()).toBe(0);
    await mayor.close();
    const s = await advised({ path: '/tindakan/aturan', role: 'sekda' });
    await shows(s.page, 'sedikitnya 5 laporan');
    expect(await axe(s.page)).toEqual([]);
    await button(s.page, 'Ubah aturan').first().click();
    await s.page.getByLabel('Paling sedikit laporan').fill('8');
    await button(s.page, 'Simpan aturan').click();
    await shows(s.page, 'Tulis alasannya; alasan ini dicatat.');
    expect(await axe(s.page)).toEqual([]);
    await s.page.getByLabel('Alasan perubahan').fill('Terlalu sering muncul.');
    await button(s.page, 'Simpan aturan').click();
    await shows(s.page, 'sedikitnya 8 laporan');
    const body = s.double.actions.decided[0]?.body;
    expect(body).toMatchObject({ reason: 'Terlalu sering muncul.', rule: { min_voices: 8 } });
    await button(s.page, 'Riwayat')
      .nth(await changed(s.page))
      .click();
    await shows(s.page, 'min_voices 5 → 8');
    expect(s.errors).toEqual([]);
    await s.close();
  });
  const changed = (page: Page) =>
    page
      .locator('article')
      .evaluateAll((all) => all.findIndex((a) => a.textContent?.includes('sedikitnya 8 laporan')));
});

describe('sizes and themes', () => {
  const views = ['/', '/tindakan', '/tindakan/usulan/1', '/tindakan/50', '/tindakan/aturan'];
  for (const size of Object.keys(sizes) as (keyof typeof sizes)[])
    // Contrast does not depend on the size: the slow wall is drawn in one theme.
    for (const theme of size === 'wall' ? (['dark'] as const) : (['light', 'dark'] as const))
      it.each(views)(`hold at ${size} in ${theme}: %s`, async (path) => {
        const s = await advised({ path, size, theme });
        await shows(s.page, path === '/tindakan/50' ? 'Keruk parit' : 'Bersihkan drainase');
        expect(await axe(s.page)).toEqual([]);
        const wide = await s.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, 'no wider than the screen').toBeLessThanOrEqual(0);
        expect(s.errors).toEqual([]);
        await s.close();
      });
});
