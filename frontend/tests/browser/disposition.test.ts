import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { advisedBy, button, first } from './advised.ts';
import { axe, launch, shows, until } from './stage.ts';

/* An instruction: the sheet that makes it, the page that follows it. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
const advised = advisedBy(() => browser);

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

describe('one disposition', () => {
  it('shows its chain, its history from what to what, its proof, the reporter’s word and its effect', async () => {
    const s = await advised({ path: '/tindakan/50' });
    await shows(s.page, 'Keruk parit Gang Melati');
    for (const text of [
      'Rantai disposisi',
      'Dilaporkan selesai → Selesai',
      'Kata pelapor: 3 pelapor ditanya; 1 menjawab sudah beres; 1 menjawab belum beres; 1 belum menjawab; 1 tidak terjangkau karena salurannya belum tersambung.',
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

  it('says of a whole that its parts prove it, and that it waits for its sender', async () => {
    const s = await advised({
      path: '/tindakan/51',
      prepare: (double) => {
        const all = double.actions.dispositions;
        const whole = all.find((d: { id: number }) => d.id === 51);
        if (!whole) throw new Error('the double has no disposition 51');
        delete whole.verdict;
        Object.assign(whole, { status: 'proof_in', proof: true, waits_on: 'Wali Kota' });
        all.push({
          ...whole,
          id: 70,
          parent_id: 51,
          number: 'DSP/0070/XI/2026',
          status: 'done',
          verdict: 'sah',
        });
        double.actions.steps.set(70, []);
        double.actions.noProofs = true;
      },
    });
    await shows(s.page, 'Buktinya ada pada bagian yang diteruskan');
    await shows(s.page, 'Menunggu Wali Kota');
    const text = await s.page.locator('main').innerText();
    expect(text).toContain('Dilaporkan selesai');
    expect(text).not.toContain('Bukti diperiksa');
    expect(await button(s.page, 'Benarkan selesai').count()).toBe(1);
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
    await shows(s.page, 'Dilaporkan selesai → Dikerjakan');
    await shows(s.page, 'Tutup di ujung jalan belum diganti.');
    expect(s.double.actions.decided[0]?.body).toMatchObject({ kind: 'reopen' });
    await s.close();
  });
});
