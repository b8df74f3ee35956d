import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { axe, launch, scene, shows, sizes, textOf, until, type Scene, type SceneOptions } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const tanya = (options: SceneOptions = {}) => scene(browser, { path: '/tanya', ...options });
const field = (page: Page) => page.getByLabel('Pertanyaan', { exact: true });
const latest = (page: Page) => page.locator('article.exchange').last();

async function ask(page: Page, text: string, status = 'answered'): Promise<void> {
  const before = await page.locator('article.exchange').count();
  await field(page).fill(text);
  await page.keyboard.press('Enter');
  await until(async () => (await page.locator('article.exchange').count()) > before, 'the question is shown');
  await until(
    async () => (await latest(page).locator(`:scope > [data-status=${status}]`).count()) === 1,
    `it ends as ${status}`,
  );
}
const messages = (s: Scene) => s.double.assistant.sent.filter((m) => m.path.endsWith('/messages'));

describe('Tanya', () => {
  it('opens the sheet to the secretary with the answer in it, for the mayor alone', async () => {
    const s = await tanya({ prepare: (d) => (d.role = 'wali_kota') });
    const { page } = s;
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await ask(page, 'Berapa laporan sampah 7 hari terakhir?');
    await button('Kirim ke sekda').click();
    const sheet = page.getByRole('dialog');
    await until(async () => (await sheet.count()) === 1, 'the sheet');
    expect(await sheet.getByLabel('Diteruskan kepada').inputValue()).toBe('@sekda');
    expect(await sheet.getByLabel('Perihal').inputValue()).toBe('Berapa laporan sampah 7 hari terakhir');
    const text = await sheet.locator('textarea').first().inputValue();
    for (const part of ['disusun otomatis', 'Ada 214 laporan sampah', '• ', 'B-000123'])
      expect(text).toContain(part);
    expect(await axe(page)).toEqual([]);
    // Only a person's word sends it.
    expect(s.double.actions.decided).toEqual([]);
    await button('Kirim disposisi').click();
    await shows(page, 'Disposisi terkirim:');
    expect(s.double.actions.decided[0]?.body).toMatchObject({ role: 'sekda', due_days: 3 });
    expect(s.double.actions.decided[0]?.body.instruction).toBe(text);
    expect(s.errors).toEqual([]);
    await s.close();
    const other = await tanya();
    await ask(other.page, 'Berapa laporan sampah 7 hari terakhir?');
    expect(await other.page.getByRole('button', { name: 'Kirim ke sekda' }).count()).toBe(0);
    await other.close();
  });

  it('shows the steps, then the answer with its evidence', async () => {
    const s = await tanya();
    s.double.assistant.pace = 0;
    const { page } = s;
    await shows(page, 'Layak ditanyakan sekarang');
    await shows(page, 'Enam laporan lewat tenggat sejak tadi malam.');
    await field(page).fill('Berapa laporan sampah 7 hari terakhir?');
    await page.getByRole('button', { name: 'Tanya', exact: true }).click();
    await shows(page, 'Membaca pertanyaan.');
    await until(() => /\/tanya\/\d+$/.test(page.url()), 'the conversation has an address');
    for (const step of ['Menghitung laporan masuk.', 'Menyusun jawaban.', 'Mencocokkan setiap angka']) {
      await until(() => s.double.assistant.release !== undefined, 'the double waits');
      s.double.assistant.release?.();
      await shows(page, step);
    }
    expect(await page.locator('.answer-text').count()).toBe(0);
    s.double.assistant.release?.();
    await shows(page, 'Ada 214 laporan sampah 7 hari terakhir, naik 12,5 %');
    await shows(page, 'Sumber WhatsApp tertunda 12 menit.');
    await until(async () => (await textOf(page, 'aside.evidence')).includes('Laporan warga'), 'its calls');
    const evidence = await textOf(page, 'aside.evidence');
    for (const part of ['B-000123', 'Laporan masuk, Sampah', 'dari 214 data', 'Ukur', '7 hari terakhir'])
      expect(evidence).toContain(part);
    await page.locator('.answer-text button').nth(1).click();
    expect(await textOf(page, '[data-figure].marked')).toContain('Perubahan dari masa sebelumnya');
    await page.getByRole('button', { name: 'Periksa lagi' }).click();
    await shows(page, 'Sama: setiap angka keluar lagi.');
    s.double.assistant.checkDiffers = true;
    await page.getByRole('button', { name: 'Periksa lagi' }).click();
    await shows(page, 'Tiga laporan dari masa itu datang belakangan.');
    expect(await page.locator('[role=status]').filter({ hasText: 'Dijawab. Ada 214' }).count()).toBe(1);
    await page.reload();
    await shows(page, 'Ada 214 laporan sampah');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('asks again with the one field that was put right', async () => {
    const s = await tanya();
    await ask(s.page, 'Berapa laporan sampah?');
    await s.page.getByRole('button', { name: /^Waktu: 7 hari terakhir/ }).click();
    await s.page.getByLabel('Waktu', { exact: true }).selectOption('bulan_lalu');
    await s.page.getByRole('button', { name: 'Tanya ulang' }).click();
    await shows(s.page, 'Ada 1.482 laporan sampah bulan lalu');
    expect(messages(s).at(-1)?.body).toMatchObject({
      text: 'Berapa laporan sampah?',
      call: { tool: 'ukur', input: { measure: 'laporan_masuk', category: 'sampah', period: 'bulan_lalu' } },
    });
    await latest(s.page)
      .getByRole('button', { name: /^Wilayah:/ })
      .click();
    await s.page.getByLabel('Wilayah', { exact: true }).selectOption({ label: 'Kecamatan Palaran' });
    await s.page.getByRole('button', { name: 'Tanya ulang' }).click();
    await shows(s.page, 'laporan sampah di Palaran');
    await latest(s.page)
      .getByRole('button', { name: /^Waktu:/ })
      .click();
    await s.page.getByLabel('Waktu', { exact: true }).selectOption('range');
    await s.page.getByLabel('Dari tanggal').fill('2026-01-05');
    await s.page.getByLabel('Sampai tanggal').fill('2026-01-20');
    await s.page.getByRole('button', { name: 'Tanya ulang' }).click();
    await until(
      () => messages(s).at(-1)?.body.call?.input.period === '2026-01-05..2026-01-20',
      'a stretch of days is sent',
    );
    await s.close();
  });

  it('offers the readings of a question that fits two', async () => {
    const s = await tanya();
    await ask(s.page, 'Berapa di Samarinda?', 'clarify');
    await shows(s.page, 'Perlu dipilih');
    expect(await axe(s.page)).toEqual([]);
    await s.page.getByRole('button', { name: 'Kecamatan Samarinda Ulu' }).click();
    await shows(s.page, 'laporan sampah di Samarinda Ulu');
    expect(messages(s).at(-1)?.body.call.input.area).toBe('64.72.03');
    await s.close();
  });

  it('says each way a question can end, by shape and word', async () => {
    const s = await tanya();
    for (const [question, status, word] of [
      ['siapa pelapor?', 'refused', 'Ditolak'],
      ['harga emas?', 'abstained', 'Tidak ada data'],
      ['rusak', 'failed', 'Gagal'],
    ] as const) {
      await ask(s.page, question, status);
      const mark = latest(s.page).locator(`:scope > [data-status=${status}]`);
      expect(await mark.innerText()).toBe(word);
      expect(await mark.locator('svg').count()).toBe(1);
    }
    expect(await latest(s.page).locator('.receipt').count()).toBe(0);
    await s.close();
  });

  it('stops at once when asked to', async () => {
    const s = await tanya();
    s.double.assistant.pace = 0;
    await field(s.page).fill('Berapa laporan sampah?');
    await s.page.keyboard.press('Enter');
    await s.page.getByRole('button', { name: 'Hentikan' }).click();
    await shows(s.page, 'Dibatalkan. Tidak ada jawaban.');
    expect(s.double.assistant.sent.some((m) => m.path.endsWith('/cancel'))).toBe(true);
    await s.close();
  });

  it('draws every kind of block with our own components', async () => {
    const s = await tanya();
    await ask(s.page, 'Kecamatan mana terbanyak?');
    expect(await latest(s.page).locator('.track i').count()).toBe(10);
    expect(await latest(s.page).locator('table tbody tr').count()).toBe(4);
    await ask(s.page, 'Bagaimana tren muka air?');
    expect(await latest(s.page).locator('svg .limit').count()).toBe(1);
    expect(await latest(s.page).innerText()).toContain('Satuan: m');
    await ask(s.page, 'prakiraan besok');
    expect(await latest(s.page).locator('path.band').getAttribute('d')).toMatch(/^M.+Z$/);
    expect(await latest(s.page).innerText()).toContain('contoh · model-uji');
    expect(await latest(s.page).innerText()).toContain('Rp 41,6');
    await ask(s.page, 'banjir di peta');
    await until(async () => (await latest(s.page).locator('[data-code]').count()) === 59, 'the map');
    await ask(s.page, 'daftar laporan');
    await until(async () => /Banjir|Sampah|Air|Jalan/.test(await latest(s.page).innerText()), 'reports');
    await latest(s.page).getByRole('button', { name: 'Tampilkan 3 lagi' }).click();
    await shows(s.page, 'Laporan 999999');
    await ask(s.page, 'kejadian apa?');
    await until(
      async () => (await latest(s.page).locator('a[href="/kejadian/301"]').count()) === 1,
      'incidents',
    );
    await ask(s.page, 'buat disposisi');
    expect(await latest(s.page).innerText()).toContain('Belum dikirim');
    await ask(s.page, 'sumber mana yang bermasalah?');
    expect(await latest(s.page).locator('a[href="/sumber/bmkg"]').count()).toBe(1);
    expect(await axe(s.page)).toEqual([]);
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('shows markup of an answer as the letters it is made of', async () => {
    const s = await tanya();
    await ask(s.page, 'uji <b>');
    await shows(s.page, '<b>apa adanya</b> <img src=x onerror=alert(1)> 12.');
    expect(await s.page.locator('article img, article b > i, .evidence i').count()).toBe(0);
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('keeps a question in sight here and on the summary, and lets it go', async () => {
    const s = await tanya();
    await ask(s.page, 'Berapa laporan sampah?');
    await s.page.getByRole('button', { name: 'Sematkan' }).click();
    await shows(s.page, 'Disematkan.');
    const [pin] = s.double.assistant.pins;
    await s.page.goto(s.url);
    await until(
      async () => (await s.page.locator('a[href^="/tanya?sematan="]').count()) === 1,
      'on Ringkasan',
    );
    expect(await textOf(s.page, 'a[href^="/tanya?sematan="]')).toContain('214');
    pin.answer = { ...pin.answer, value: 215, text: 'Ada 215 laporan sampah.' };
    s.double.report();
    await until(
      async () => (await textOf(s.page, 'a[href^="/tanya?sematan="]')).includes('215'),
      'the answer is fresh after a change in the city',
    );
    await s.page.locator('a[href^="/tanya?sematan="]').click();
    await shows(s.page, 'Ada 215 laporan sampah.');
    await s.page.getByRole('button', { name: 'Lepas sematan' }).click();
    await until(() => s.double.assistant.pins.length === 0, 'it is let go');
    await s.close();
  });

  it('takes a verdict, a wrong one with its reason', async () => {
    const s = await tanya();
    await ask(s.page, 'Berapa laporan sampah?');
    await s.page.getByRole('button', { name: 'Salah' }).click();
    await s.page.getByLabel('Apa yang salah?').fill('Bukan sampah yang ditanya');
    await s.page.getByRole('button', { name: 'Kirim' }).click();
    await shows(s.page, 'Tercatat: salah.');
    expect(s.double.assistant.sent.at(-1)?.body).toEqual({
      right: false,
      reason: 'Bukan sampah yang ditanya',
    });
    await s.page.getByRole('button', { name: 'Benar' }).click();
    await shows(s.page, 'Tercatat: benar.');
    await s.close();
  });

  it('lists conversations by day and deletes one only when told twice', async () => {
    const s = await tanya({
      prepare: (double) => void double.assistant.begin('Percakapan lama', Date.now() - 3 * 86_400_000),
    });
    await ask(s.page, 'Berapa laporan sampah?');
    await until(async () => (await textOf(s.page, 'aside.history')).includes('Hari ini'), 'today');
    expect(await textOf(s.page, 'aside.history')).toMatch(/Hari ini[\s\S]*Sebelumnya[\s\S]*Percakapan lama/);
    await s.page.getByRole('button', { name: 'Hapus percakapan: Percakapan lama' }).click();
    await shows(s.page, 'Bukti jawabannya tetap tersimpan');
    expect(s.double.assistant.conversations.size).toBe(2);
    await s.page.getByRole('button', { name: 'Hapus', exact: true }).click();
    await until(() => s.double.assistant.conversations.size === 1, 'it is gone');
    await s.close();
  });

  it('says by which way a question came, and nothing of those asked here', async () => {
    for (const [language, words] of [
      ['id', { whatsapp: 'lewat WhatsApp', telegram: 'lewat Telegram', surel: 'lewat surel' }],
      ['en', { whatsapp: 'by WhatsApp', telegram: 'by Telegram', surel: 'by e-mail' }],
    ] as const) {
      const s = await tanya({ language });
      for (const [channel, said] of Object.entries(words)) {
        const heard = s.double.assistant.hear('Berapa laporan sampah?', channel);
        await s.page.goto(`${s.url}/tanya/${heard.id}`);
        await until(async () => (await latest(s.page).locator('.when').count()) === 1, 'the question');
        expect(await textOf(s.page, 'article.exchange .when')).toContain(said);
      }
      const here = s.double.assistant.hear('Berapa laporan sampah?', '');
      await s.page.goto(`${s.url}/tanya/${here.id}`);
      await until(async () => (await latest(s.page).locator('.when').count()) === 1, 'the question');
      expect(await textOf(s.page, 'article.exchange .when')).not.toMatch(/lewat|by /);
      expect(await axe(s.page)).toEqual([]);
      expect(s.errors).toEqual([]);
      await s.close();
    }
  });

  it('finds its way back when the stream is cut or refused', async () => {
    const s = await tanya();
    s.double.assistant.pace = 0;
    await field(s.page).fill('Berapa laporan sampah?');
    await s.page.keyboard.press('Enter');
    await shows(s.page, 'Membaca pertanyaan.');
    s.double.assistant.refuseStreams = true;
    s.double.assistant.cutStreams();
    s.double.assistant.pace = 20;
    s.double.assistant.release?.();
    await until(
      async () => (await textOf(s.page)).includes('Ada 214 laporan sampah'),
      'the answer by the plain way',
      30_000,
    );
    await s.close();
  });

  it('says that it needs the server when there is no network', async () => {
    const s = await tanya();
    await shows(s.page, 'Layak ditanyakan sekarang');
    await s.context.setOffline(true);
    await shows(s.page, 'Pertanyaan hanya dapat dijawab oleh server');
    expect(await field(s.page).isDisabled()).toBe(true);
    await s.context.setOffline(false);
    await until(async () => !(await field(s.page).isDisabled()), 'it works again');
    await s.close();
  });
});

describe('asking from anywhere', () => {
  it('opens with the screen as its subject and sends nothing by itself', async () => {
    const s = await scene(browser, { path: '/peta?wilayah=64.72.08.1002' });
    await shows(s.page, 'Laporan menurut kategori');
    await s.page.keyboard.press('/');
    await shows(s.page, 'Tentang: Sungai Pinang Dalam');
    expect(await field(s.page).inputValue()).toBe(
      'Bagaimana keadaan Kelurahan Sungai Pinang Dalam sekarang?',
    );
    expect(messages(s)).toEqual([]);
    expect(await axe(s.page)).toEqual([]);
    await s.page.keyboard.press('Enter');
    await shows(s.page, 'Ada 214 laporan sampah');
    expect(messages(s)[0]?.body.screen).toEqual({ area: '64.72.08.1002' });
    await s.page.getByRole('button', { name: /^Bukti B-/ }).click();
    await shows(s.page, 'Cara hitung');
    await s.page.keyboard.press('Escape');
    await until(async () => (await s.page.locator('dialog[open]').count()) === 0, 'it closes');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  for (const [path, name, screen] of [
    ['/?indikator=curah-hujan', /^Tanya tentang ini: Curah hujan$/, { indicator: 'curah-hujan' }],
    ['/kejadian/301', /^Tanya tentang ini$/, { incident: 301 }],
  ] as const) {
    it(`knows what ${path} is about`, async () => {
      const s = await scene(browser, { path });
      const scope = path.startsWith('/?') ? s.page.locator('dialog') : s.page.locator('.content');
      await scope.getByRole('button', { name }).first().click();
      await until(async () => (await field(s.page).count()) === 1, 'the panel');
      await until(async () => (await field(s.page).inputValue()) !== '', 'a question is written down');
      await s.page.keyboard.press('Enter');
      await until(() => messages(s).length === 1, 'it is sent');
      expect(messages(s)[0]?.body.screen).toMatchObject(screen);
      await s.close();
    });
  }

  it('works by keys alone', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Perlu perhatian sekarang');
    await s.page.keyboard.press('g');
    await s.page.keyboard.press('q');
    await until(() => s.page.url().endsWith('/tanya'), 'the screen');
    await until(
      () => s.page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'),
      'the field has the focus',
    );
    await s.page.keyboard.type('Berapa laporan sampah?');
    await s.page.keyboard.press('Enter');
    await shows(s.page, 'Ada 214 laporan sampah');
    const chip = s.page.getByRole('button', { name: /^Kategori: Sampah/ });
    await chip.focus();
    await s.page.keyboard.press('Enter');
    await until(
      () => s.page.evaluate(() => document.activeElement?.tagName === 'SELECT'),
      'the picker has the focus',
    );
    await s.page.keyboard.press('Escape');
    await until(() => chip.evaluate((e) => e === document.activeElement), 'the chip has it back');
    await s.page.keyboard.press('b');
    await until(
      () => s.page.evaluate(() => document.activeElement?.closest('aside.evidence') != null),
      'the evidence has the focus',
    );
    await s.close();
  });
});

for (const theme of ['light', 'dark'] as const) {
  for (const size of ['desktop', 'phone'] as const) {
    it(`axe finds nothing, ${theme}, ${size}`, async () => {
      const s = await tanya({ theme, size });
      await shows(s.page, 'Layak ditanyakan sekarang');
      expect(await axe(s.page)).toEqual([]);
      await ask(s.page, 'Kecamatan mana terbanyak?');
      if (size === 'phone') await s.page.getByRole('button', { name: /^Bukti B-/ }).click();
      await shows(s.page, 'Periksa lagi');
      await latest(s.page)
        .getByRole('button', { name: /^Waktu:/ })
        .click();
      await until(async () => (await s.page.locator('.skeleton').count()) === 0, 'everything has loaded');
      expect(await axe(s.page)).toEqual([]);
      const width = await s.page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBeLessThanOrEqual(sizes[size].width);
      await s.page.goto(`${s.url}/pengaturan`);
      await shows(s.page, 'Perkiraan akhir bulan');
      expect(await axe(s.page)).toEqual([]);
      expect(s.errors).toEqual([]);
      await s.close();
    });
  }
}
