import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { launch, scene, shows, textOf, until, type SceneOptions } from './stage.ts';

/* The browser's fake microphone beeps once a second; the double writes down what it is told. */

let browser: Browser;
let silent: Browser;
beforeAll(async () => {
  browser = await launch(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
  silent = await launch();
});
afterAll(async () => {
  await browser.close();
  await silent.close();
});

const speak = (page: Page) => page.getByRole('button', { name: 'Bicara' });
const stop = (page: Page) => page.getByRole('button', { name: 'Selesai bicara' });
const heardFor = async (page: Page, seconds: number) =>
  until(
    async () => Number(/0\.(\d\d) dari/.exec(await textOf(page, '.voice'))?.[1] ?? -1) >= seconds,
    `${seconds} s are recorded`,
  );
const tanya = (from: Browser, options: SceneOptions = {}) => scene(from, { path: '/tanya', ...options });

describe('speaking a question', () => {
  it('sends mono 16 kHz sound, shows what was heard, and asks only when told to', async () => {
    const s = await tanya(browser);
    await speak(s.page).click();
    await shows(s.page, 'Mendengarkan…');
    await heardFor(s.page, 2);
    await stop(s.page).click();
    await shows(s.page, 'Didengar “semplaja”, ditulis “Sempaja”.');
    const wav = s.double.assistant.recordings[0] as Buffer;
    expect(wav.toString('latin1', 0, 4) + wav.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
    expect(wav.readUInt16LE(20)).toBe(1);
    expect(wav.readUInt16LE(22)).toBe(1);
    expect(wav.readUInt32LE(24)).toBe(16_000);
    expect(wav.readUInt16LE(34)).toBe(16);
    expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
    const seconds = (wav.length - 44) / 32_000;
    expect(seconds).toBeGreaterThan(1.5);
    expect(seconds).toBeLessThan(30);
    let loudest = 0;
    for (let i = 44; i < wav.length; i += 2) loudest = Math.max(loudest, Math.abs(wav.readInt16LE(i)));
    expect(loudest).toBeGreaterThan(1000);
    const field = s.page.getByLabel('Pertanyaan', { exact: true });
    expect(await field.inputValue()).toBe('Berapa laporan sampah di Sempaja Selatan?');
    expect(s.double.assistant.exchanges.size).toBe(0);
    await field.fill('Berapa laporan sampah di Sempaja Utara?');
    await s.page.getByRole('button', { name: 'Tanya', exact: true }).click();
    await shows(s.page, 'Ada 214 laporan sampah');
    const [exchange] = s.double.assistant.exchanges.values();
    expect(exchange.question).toMatchObject({
      spoken: true,
      text: 'Berapa laporan sampah di Sempaja Utara?',
    });
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('records while the button or the space bar is held', async () => {
    const s = await tanya(browser);
    await speak(s.page).focus();
    await s.page.keyboard.down(' ');
    await heardFor(s.page, 1);
    await s.page.keyboard.up(' ');
    await shows(s.page, 'Periksa tulisan ini');
    const box = await speak(s.page).boundingBox();
    await s.page.mouse.move((box?.x ?? 0) + 10, (box?.y ?? 0) + 10);
    await s.page.mouse.down();
    await heardFor(s.page, 1);
    await s.page.mouse.up();
    await until(() => s.double.assistant.recordings.length === 2, 'a second recording');
    await s.close();
  });

  it('forgets what was said when cancelled', async () => {
    const s = await tanya(browser);
    await speak(s.page).click();
    await heardFor(s.page, 1);
    await s.page.keyboard.press('Escape');
    await until(async () => (await speak(s.page).count()) === 1, 'it has ended');
    await speak(s.page).click();
    await heardFor(s.page, 1);
    await s.page.locator('.voice').getByRole('button', { name: 'Batal' }).click();
    await until(async () => (await speak(s.page).count()) === 1, 'it has ended');
    expect(s.double.assistant.recordings).toEqual([]);
    await s.close();
  });

  it('says in words why nothing was heard', async () => {
    const s = await tanya(browser);
    s.double.assistant.voiceStatus = 502;
    await speak(s.page).click();
    await heardFor(s.page, 1);
    await stop(s.page).click();
    await shows(s.page, 'Layanan suara sedang bermasalah.');
    s.double.assistant.voiceStatus = 200;
    s.double.assistant.transcript = { text: '', corrections: [] };
    await speak(s.page).click();
    await heardFor(s.page, 1);
    await stop(s.page).click();
    await shows(s.page, 'Ucapan tidak dapat ditulis.');
    await s.close();
  });

  it('says so where the microphone is missing, or the service is not set up', async () => {
    const s = await tanya(silent);
    await speak(s.page).click();
    await until(async () => /Tidak ada mikrofon|tidak diizinkan/.test(await textOf(s.page)), 'why');
    await s.close();
    const off = await tanya(silent, { prepare: (double) => (double.assistant.voice = false) });
    await off.page.getByRole('button', { name: /^Suara belum tersedia/ }).click();
    await shows(off.page, 'isi BALAIKOTA_STT_URL');
    await off.close();
  });

  it('reads an answer aloud with the server’s voice where the browser has none', async () => {
    const s = await tanya(browser);
    await s.page.getByLabel('Pertanyaan', { exact: true }).fill('Berapa laporan sampah?');
    await s.page.keyboard.press('Enter');
    await s.page.getByRole('button', { name: 'Bacakan' }).click();
    await until(
      () => s.double.assistant.sent.some((m) => m.path === 'POST /api/voice/speech'),
      'it is asked for',
    );
    s.double.assistant.speech = false;
    await until(
      async () => (await s.page.getByRole('button', { name: 'Bacakan' }).count()) === 1,
      'it is over',
    );
    await s.page.getByRole('button', { name: 'Bacakan' }).click();
    await until(
      async () => (await s.page.getByRole('button', { name: 'Bacakan' }).count()) === 0,
      'a server without a voice takes the button away',
    );
    expect(s.errors).toEqual([]);
    await s.close();
  });
});

describe('the wall', () => {
  it('listens only after somebody pressed its button, and asks what stands on the screen', async () => {
    const s = await scene(browser, { path: '/tv?adegan=a&suara=1', size: 'wall' });
    const button = s.page.getByRole('button', { name: 'Tanya dengan suara' });
    await until(() => button.isEnabled(), 'the button');
    expect(s.double.assistant.recordings).toEqual([]);
    await button.focus();
    await s.page.keyboard.press('Enter');
    await shows(s.page, 'Mikrofon mendengarkan.');
    // The fake microphone never falls silent for long enough: the cap ends it.
    await showsWithin(s.page, 'Berapa laporan sampah di Sempaja Selatan?', 45_000);
    await showsWithin(s.page, 'Ada 214 laporan sampah', 15_000);
    await s.page.getByRole('button', { name: 'Tutup' }).click();
    await until(async () => button.isVisible(), 'it is closed');
    expect(s.errors).toEqual([]);
    await s.close();
  }, 90_000);
});

const showsWithin = (page: Page, text: string, patience: number) =>
  until(async () => (await textOf(page)).includes(text), text, patience);
