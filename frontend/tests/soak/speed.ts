import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { Double } from '../double/server.mjs';

/*
 * The wall at speed: a page whose clock a test drives, before a double whose
 * clock goes along. Timers fire in order, as often as they would; only the
 * waiting is left out. Network, socket and drawing are real.
 */

interface Speed {
  advance(ms: number, step: number): Promise<void>;
  sleep(ms: number): Promise<void>;
  contexts(): number;
}
declare global {
  var __speed: Speed;
}

/** Runs in the page before anything of it: its time is ours from then on. */
function install(start: number): void {
  const later = window.setTimeout.bind(window);
  const RealDate = Date;
  const began = performance.now();
  let now = start;
  let last = 1_000_000;
  const timers = new Map<number, { at: number; every: number; act: () => void }>();
  const set = (act: () => void, ms: number, every: number) => {
    timers.set(++last, { at: now + Math.max(1, ms || 0), every, act });
    return last;
  };
  const clear = (id?: number) => void timers.delete(id ?? 0);
  class FakeDate extends RealDate {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(now);
      else super(...(parts as [number]));
    }
    static override now = () => now;
  }
  const at = () => began + (now - start);
  const given = {
    Date: FakeDate,
    setTimeout: (act: (...a: unknown[]) => void, ms = 0, ...a: unknown[]) => set(() => act(...a), ms, 0),
    setInterval: (act: (...a: unknown[]) => void, ms = 0, ...a: unknown[]) =>
      set(() => act(...a), ms, Math.max(1, ms)),
    clearTimeout: clear,
    clearInterval: clear,
    requestAnimationFrame: (act: (t: number) => void) => set(() => act(at()), 16, 0),
    cancelAnimationFrame: clear,
  };
  Object.assign(window, given);
  performance.now = at;

  // Canvases that were given a WebGL context, as long as they are held.
  const held: WeakRef<HTMLCanvasElement>[] = [];
  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, o?: unknown) {
    if (kind.startsWith('webgl')) held.push(new WeakRef(this));
    return getContext.call(this, kind, o);
  } as typeof getContext;

  const fire = async (id: number) => {
    const timer = timers.get(id);
    if (!timer) return;
    if (timer.every) timer.at = Math.max(timer.at, now - timer.every) + timer.every;
    else timers.delete(id);
    timer.act();
    // What was set going has its turn before the next timer.
    for (let i = 0; i < 4; i++) await null;
  };
  const breathe = (ms: number) => new Promise<void>((done) => later(done, ms));
  window.__speed = {
    async advance(ms, step) {
      for (const end = now + ms; now < end;) {
        const until = Math.min(end, now + step);
        for (;;) {
          let first = 0;
          let when = until;
          for (const [id, t] of timers)
            if (t.at <= when && (t.at < when || !first)) [first, when] = [id, t.at];
          if (!first) break;
          now = Math.max(now, when);
          await fire(first);
        }
        now = until;
        await breathe(0); // messages and answers come in between
      }
    },
    // A closed lid: no timer fires, and on waking each that is due fires once.
    async sleep(ms) {
      now += ms;
      for (const [id] of [...timers].filter(([, t]) => t.at <= now)) await fire(id);
      await breathe(5);
    },
    contexts: () => held.filter((c) => c.deref()).length,
  };
}

/** What a page holds, after the garbage was collected. */
export interface Holding {
  /** Simulated hours since it was opened. */
  hour: number;
  /** JS heap in use, MB. */
  heap: number;
  nodes: number;
  listeners: number;
  documents: number;
  /** WebGL contexts that are held. */
  contexts: number;
}

export interface FastWall {
  page: Page;
  double: Double;
  url: string;
  errors: string[];
  /** Lets so many milliseconds go by, on both sides. */
  go(ms: number): Promise<void>;
  /** The same in one leap of a sleeping device. */
  sleep(ms: number): Promise<void>;
  measure(): Promise<Holding>;
  /** Waits, in real time and letting the page's go on, until something is so. */
  until(is: () => Promise<boolean> | boolean, what: string): Promise<void>;
  close(): Promise<void>;
}

const step = 20_000;

/** Opens the wall; `setTime` moves the clock of this process, which is the double's. */
export async function fastWall(
  context: BrowserContext,
  setTime: (at: number) => void,
  start: number,
  path = '/tv',
): Promise<FastWall> {
  let now = start;
  setTime(now);
  const double = new Double();
  double.actions.advice = true;
  const url = await double.start();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (e) => errors.push(String(e)));
  await page.addInitScript(install, start);
  await page.goto(url + path);
  const cdp: CDPSession = await context.newCDPSession(page);
  await cdp.send('HeapProfiler.enable');
  const pause = (ms: number) => new Promise((next) => setTimeout(next, ms));

  const wall: FastWall = {
    page,
    double,
    url,
    errors,
    async go(ms) {
      now += ms;
      setTime(now);
      await page.evaluate(([m, s]) => window.__speed.advance(m, s), [ms, step] as const);
    },
    async sleep(ms) {
      now += ms;
      setTime(now);
      await page.evaluate((m) => window.__speed.sleep(m), ms);
    },
    async measure() {
      // Always at the same scene: they do not hold alike.
      for (let i = 0; i < 5 && (await page.locator('.tiles').count()) === 0; i++) {
        await page.keyboard.press('ArrowRight');
        await wall.go(1000);
      }
      await pause(300);
      for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage');
      const { usedSize } = await cdp.send('Runtime.getHeapUsage');
      const dom = await cdp.send('Memory.getDOMCounters');
      return {
        hour: Math.round((now - start) / 3_600_000),
        heap: Math.round(usedSize / 10_000) / 100,
        nodes: dom.nodes,
        listeners: dom.jsEventListeners,
        documents: dom.documents,
        contexts: await page.evaluate(() => window.__speed.contexts()),
      };
    },
    async until(is, what) {
      const end = performance.now() + 30_000;
      while (!(await is())) {
        if (performance.now() > end)
          throw new Error(`did not come true: ${what}\n${await page.locator('body').innerText()}`);
        await pause(50);
        // A page that starts afresh takes with it what ran in it.
        await wall.go(1000).catch(() => undefined);
      }
    },
    async close() {
      await page.close();
      await double.stop();
    },
  };
  return wall;
}

const minute = 60_000;
const hour = 60 * minute;

/**
 * Lets simulated hours go by before the wall as a city's do: values each half
 * minute, a report every three minutes, an alarm every two hours that somebody
 * acknowledges, a lost socket each hour, a lost number every six, a server that
 * restarts twice a day. The wall's own fresh start at four is slept through.
 */
export async function live(
  wall: FastWall,
  hours: number,
  report: (h: Holding) => void,
  every: number,
): Promise<void> {
  const { double } = wall;
  const alarm = 'uji:awas';
  for (let m = 1; m <= hours * 60; m++) {
    const at = new Date(Date.now() + 8 * hour); // the city's clock
    if (at.getUTCHours() === 3 && at.getUTCMinutes() === 59) {
      await wall.sleep(5 * minute);
      m += 4;
      continue;
    }
    for (let half = 0; half < 2; half++) {
      double.world.states = double.world.makeStates(Date.now());
      const some = double.world.states.slice((m % 5) * 4, (m % 5) * 4 + 4);
      double.push(
        ...some.map((s) => ({
          topic: 'indicators',
          op: 'put',
          key: `${String(s.indicator)}|${String(s.area_code)}`,
          data: s,
        })),
      );
      await wall.go(minute / 2);
    }
    // The double keeps as many reports and events as the real server hands out.
    double.world.reports.splice(600);
    double.log.splice(0, Math.max(0, double.log.length - 2000));
    double.calls.splice(0);
    double.subscriptions.splice(0);
    if (m % 3 === 0) double.report();
    if (m % 120 === 30)
      double.alert({
        key: alarm,
        kind: 'flood',
        severity: 'awas',
        headline: `Banjir ke-${m} di Temindung Permai`,
        since: new Date().toISOString(),
      });
    if (m % 120 === 50) await acknowledge(wall, alarm);
    if (m % 120 === 80) double.over(alarm);
    if (m % 60 === 40) double.cut(3002);
    if (m % 360 === 100) double.skip();
    if (m % 720 === 200) await restart(wall, 2 * minute);
    if (m % (every * 60) === 0) report(await wall.measure());
  }
}

/** Somebody says on his own screen that he knows. */
async function acknowledge({ url }: FastWall, key: string): Promise<void> {
  const answer = await fetch(`${url}/api/alerts/acknowledge`, {
    method: 'POST',
    body: JSON.stringify({ key, seen: 'awas' }),
  });
  if (!answer.ok) throw new Error(`acknowledging: ${answer.status}`);
}

/** The server is killed and stays away for so long. */
export async function restart(wall: FastWall, away: number): Promise<void> {
  const port = Number(new URL(wall.url).port);
  await wall.double.stop();
  await wall.go(away);
  await wall.double.start(port);
}
