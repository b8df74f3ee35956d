import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Browser } from 'playwright-core';
import { fastWall, live, restart, type FastWall, type Holding } from '../soak/speed.ts';
import { axe, launch, scene, shows, textOf, until } from './stage.ts';

/* The wall, which nobody touches: it shows, interrupts and recovers by itself. */

const minute = 60_000;
const hour = 60 * minute;
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const alarm = {
  key: 'uji:awas',
  kind: 'flood',
  severity: 'awas',
  headline: 'Banjir setinggi lutut di Temindung Permai',
  evidence: '61 laporan dalam 90 menit.',
  since: new Date().toISOString(),
};
const advised = {
  prepare: (double: { actions: { advice: boolean } }) => void (double.actions.advice = true),
};

/** Nothing may reach past the screen, and no box may hide what is not meant to end in an ellipsis. */
const cutOff = () =>
  [...document.querySelectorAll('main.wall *')].flatMap((e) => {
    const s = getComputedStyle(e);
    if (e.closest('svg, .uplot, .hidden-text') || s.display === 'inline') return [];
    const box = e.getBoundingClientRect();
    const scrolls = innerWidth < 701; // a phone is held in a hand
    const outside =
      box.width > 0 && ((!scrolls && box.bottom > innerHeight + 1) || box.right > innerWidth + 1);
    const meant = s.webkitLineClamp !== 'none' || s.textOverflow === 'ellipsis';
    const slack = 0.1 * parseFloat(s.fontSize) + 2;
    const hides = s.overflowY !== 'visible' && e.scrollHeight > e.clientHeight + slack;
    return outside || (hides && !meant) ? [`${e.tagName}.${e.className} ${e.textContent?.slice(0, 40)}`] : [];
  });

const scenes = [
  ['a', 'Bersihkan drainase di Sungai Pinang Dalam'],
  ['b', 'Laporan 24 jam di sana'],
  ['c', 'lewat 29 jam'],
  ['d', 'Risiko banjir 6 jam ke depan'],
] as const;

describe('what the wall shows', () => {
  for (const [name, text] of scenes) {
    it(`fits scene ${name} on the screen, with an alarm above it and without`, async () => {
      const s = await scene(browser, { path: `/tv?adegan=${name}`, size: 'wall', ...advised });
      await shows(s.page, text);
      // Tiles and bars arrive a moment after the words.
      await until(async () => (await s.page.evaluate(cutOff)).length === 0, 'nothing is cut off').catch(
        async () => expect(await s.page.evaluate(cutOff)).toEqual([]),
      );
      expect(await axe(s.page)).toEqual([]);
      s.double.alert(alarm);
      await shows(s.page, alarm.headline);
      await until(async () => (await s.page.evaluate(cutOff)).length === 0, 'it fits under the band').catch(
        async () => expect(await s.page.evaluate(cutOff)).toEqual([]),
      );
      expect(s.errors).toEqual([]);
      await s.close();
    });
  }

  // An upright screen in a lobby, and a phone on which somebody looks what the wall shows.
  for (const [what, width, height] of [
    ['an upright screen', 1080, 1920],
    ['a phone', 390, 844],
  ] as const) {
    it(`fits each scene on ${what}, with an alarm above it and without`, async () => {
      const s = await scene(browser, { path: '/tv?adegan=a', size: 'wall', ...advised });
      await s.page.setViewportSize({ width, height });
      const fits = async (when: string) => {
        await until(async () => (await s.page.evaluate(cutOff)).length === 0, when).catch(async () =>
          expect(await s.page.evaluate(cutOff), when).toEqual([]),
        );
        const small = await s.page.evaluate(() =>
          [...document.querySelectorAll('main.wall :is(h2, h3, p, b, dd, dt, small, span)')]
            .filter(
              (e) => e.textContent?.trim() && e.getClientRects().length > 0 && !e.closest('svg, .uplot'),
            )
            .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 11.5)
            .map((e) => `${e.className} ${e.textContent?.slice(0, 30)}`),
        );
        expect(small, `too small to read, ${when}`).toEqual([]);
      };
      for (const [name, text] of scenes) {
        await s.page.goto(`${s.url}/tv?adegan=${name}`);
        await shows(s.page, text);
        await fits(`scene ${name}`);
      }
      s.double.alert(alarm);
      for (const [name] of scenes) {
        await s.page.goto(`${s.url}/tv?adegan=${name}`);
        await shows(s.page, alarm.headline);
        await fits(`scene ${name} under the band`);
        if (width < 701) {
          const head = s.page.locator('section[role=alert] strong');
          expect(await head.evaluate((e) => e.clientWidth), 'its headline has room').toBeGreaterThan(200);
        }
      }
      expect(await axe(s.page)).toEqual([]);
      await s.close();
    });
  }

  it('keeps what is secret from passers-by', async () => {
    const s = await scene(browser, {
      path: '/tv?adegan=c',
      size: 'wall',
      prepare: (double) => {
        double.actions.advice = true;
        Object.assign(double.actions.dispositions[0], { nature: 'rahasia', subject: 'Hal yang rahasia' });
      },
    });
    await shows(s.page, 'Tindak lanjut');
    await until(async () => (await s.page.locator('.stage li').count()) > 3, 'the dispositions');
    expect(await textOf(s.page)).not.toContain('Hal yang rahasia');
    expect(await textOf(s.page)).not.toContain('Tanggul');
    await s.close();
  });

  it('does not call it calm before it knows', async () => {
    const s = await scene(browser, { path: '/tv?adegan=a', size: 'wall', double: { mood: 'error' } });
    await shows(s.page, 'Belum ada data.');
    expect(await textOf(s.page)).not.toContain('Tidak ada yang mendesak');
    await s.close();
  });
});

describe('an alarm', () => {
  it('stays on the wall until somebody says on his own screen that he knows', async () => {
    const s = await scene(browser, { path: '/tv', size: 'wall', ...advised });
    const desk = await s.context.newPage();
    await desk.setViewportSize({ width: 1440, height: 900 });
    await desk.goto(s.url);
    await shows(desk, 'Langsung ·');
    s.double.alert(alarm);
    const band = s.page.locator('section[role=alert]');
    await until(async () => (await band.count()) === 1, 'the band');
    expect(await band.innerText()).toContain('Belum ada yang menandai tahu');
    await shows(desk, alarm.headline);
    await desk.getByRole('button', { name: 'Saya tahu' }).click();
    await until(async () => (await band.count()) === 0, 'the band is gone');
    await until(
      async () => (await desk.getByRole('button', { name: 'Saya tahu' }).count()) === 0,
      'and the bar',
    );
    expect(s.double.world.alerts.find((a: { key: string }) => a.key === alarm.key)).toMatchObject({
      acknowledged: { by: 'contoh' },
    });
    // It arises anew: it interrupts again.
    s.double.over(alarm.key);
    s.double.alert({ ...alarm, since: new Date(Date.now() + 1000).toISOString() });
    await until(async () => (await band.count()) === 1, 'the band is back');
    expect(s.errors).toEqual([]);
    await s.close();
  });
});

describe('the wall left alone', () => {
  let wall: FastWall;
  let loads = 0;
  const open = async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const context = await browser.newContext({
      viewport: { width: 1920, height: 1080 },
      reducedMotion: 'reduce',
    });
    // 10.30 WITA, far from the night's fresh start.
    wall = await fastWall(context, (at) => vi.setSystemTime(at), Date.parse('2026-11-02T02:30:00Z'));
    loads = 0;
    wall.page.on('load', () => loads++);
    await wall.until(async () => (await wall.page.locator('.tiles .tile').count()) === 4, 'the wall');
    await wall.until(async () => /Langsung/.test(await text()), 'it is live');
  };
  const close = async () => {
    // A part that is first needed while no server answers is fetched when its scene comes again.
    const parts = /Unable to preload|dynamically imported module/;
    expect(wall.errors.filter((e) => !parts.test(e)).join('\n')).toBe('');
    await wall.page.context().close();
    await wall.double.stop();
    vi.useRealTimers();
  };
  /** Time in which the page is expected to go: what runs in it ends with it. */
  const away = (ms: number) => wall.go(ms).catch(() => undefined);
  const text = () => wall.page.locator('main').innerText();

  it('turns from scene to scene, and is dark in the evening', async () => {
    await open();
    const scenes = new Set<string>();
    for (let i = 0; i < 8; i++) {
      scenes.add((await wall.page.locator('.stage h2').first().innerText()).split('\n')[0] ?? '');
      await wall.go(20_000);
    }
    expect(scenes.size).toBeGreaterThanOrEqual(4);
    expect(await wall.page.evaluate(() => document.documentElement.dataset.theme)).toBe('light');
    await wall.sleep(8 * hour);
    await wall.go(20_000);
    expect(await wall.page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await close();
  }, 120_000);

  it('says that data are late when the server is killed, and recovers without a reload', async () => {
    await open();
    const port = Number(new URL(wall.url).port);
    await wall.double.stop();
    await wall.go(90_000);
    expect(await text()).toContain('Data tertunda');
    expect(await text()).toContain('Yang tampil adalah keadaan pukul');
    // For hours: what stands on the screen is worth more than an empty page.
    await wall.go(20 * minute);
    expect(await wall.page.locator('.stage').count()).toBe(1);
    expect(loads).toBe(0);
    await wall.double.start(port);
    wall.double.report();
    await wall.until(async () => /Langsung/.test(await text()), 'it is live again');
    await close();
  }, 120_000);

  it('comes back from a short restart within a minute, without a reload', async () => {
    await open();
    await restart(wall, 30_000);
    wall.double.alert({ ...alarm, headline: 'Terjadi selagi server mati' });
    await wall.until(async () => (await text()).includes('Terjadi selagi server mati'), 'what it missed');
    expect(loads).toBe(0);
    await close();
  }, 120_000);

  it('wakes from a night’s sleep with the city as it is now', async () => {
    await open();
    await wall.sleep(9 * hour);
    wall.double.alert({ ...alarm, headline: 'Terjadi selagi dinding tidur' });
    await wall.until(async () => (await text()).includes('Terjadi selagi dinding tidur'), 'what it missed');
    await wall.until(async () => /Langsung · 19\.3/.test(await text()), 'live, at the right hour');
    expect(loads).toBe(0);
    await close();
  }, 120_000);

  it('starts afresh after a socket that stays silent although the server answers', async () => {
    await open();
    wall.double.refuseSockets = true;
    wall.double.cut(3002);
    await wall.go(4 * minute);
    expect(loads).toBe(0);
    await away(2 * minute);
    await wall.until(() => loads === 1, 'it starts afresh');
    await close();
  }, 120_000);

  it('keeps the last picture over ten minutes without a network', async () => {
    await open();
    await wall.page.context().setOffline(true);
    wall.double.cut(3002);
    await wall.go(10 * minute);
    expect(await text()).toContain('Luring');
    expect((await wall.page.locator('.stage').innerText()).length).toBeGreaterThan(100);
    expect(await text()).not.toContain('Belum ada data.');
    await wall.page.context().setOffline(false);
    await wall.until(async () => /Langsung/.test(await text()), 'it is live again');
    await close();
  }, 120_000);

  it('starts afresh at four in the morning', async () => {
    await open();
    await wall.sleep(17.4 * hour); // 03.54
    await wall.until(async () => /Langsung/.test(await text()), 'it is awake');
    expect(loads).toBe(0);
    await away(7 * minute);
    await wall.until(() => loads === 1, 'it starts afresh');
    await close();
  }, 120_000);

  it('holds no more after hours than at first', async () => {
    await open();
    const seen: Holding[] = [];
    await live(wall, 2, (h) => seen.push(h), 1);
    const [first, last] = [seen[0], seen.at(-1)];
    if (!first || !last) throw new Error('nothing was measured');
    expect(last.heap - first.heap).toBeLessThan(2);
    expect(last.nodes - first.nodes).toBeLessThan(400);
    expect(last.listeners - first.listeners).toBeLessThan(40);
    expect(loads).toBe(0);
    await close();
  }, 300_000);
});

/** A recording: words, as bursts of sound, for so many seconds, and then silence. */
function recording(words: number, silence: number): Buffer {
  const rate = 48_000;
  const samples = new Int16Array(rate * (words + silence));
  for (let i = 0; i < rate * words; i++) {
    const t = i / rate;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 3 * t));
    const voice = [140, 280, 420, 700, 1400].reduce((sum, f) => sum + Math.sin(2 * Math.PI * f * t) / 5, 0);
    samples[i] = Math.round(20_000 * syllable * voice);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}

describe('asking the wall aloud', () => {
  it('ends the recording by itself once the speaker is silent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'balaikota-voice-'));
    const file = join(folder, 'ucapan.wav');
    writeFileSync(file, recording(4, 40));
    const speaking = await launch([
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${file}%noloop`,
    ]);
    const s = await scene(speaking, { path: '/tv?adegan=a&suara=1', size: 'desktop' });
    const button = s.page.getByRole('button', { name: 'Tanya dengan suara' });
    await until(() => button.isEnabled(), 'the button');
    await button.click();
    await shows(s.page, 'Mikrofon mendengarkan.');
    await until(() => s.double.assistant.recordings.length === 1, 'silence ends it', 25_000);
    const wav = s.double.assistant.recordings[0] as Buffer;
    const seconds = (wav.length - 44) / 32_000;
    // The words and the silence that ended them: far from the cap of 30 s.
    expect(seconds).toBeGreaterThan(2);
    expect(seconds).toBeLessThan(12);
    let last = 0;
    for (let i = 44; i < wav.length; i += 2) if (Math.abs(wav.readInt16LE(i)) > 800) last = i;
    expect((wav.length - last) / 32_000).toBeGreaterThan(1);
    expect(s.errors).toEqual([]);
    await s.close();
    await speaking.close();
    rmSync(folder, { recursive: true });
  }, 90_000);
});
