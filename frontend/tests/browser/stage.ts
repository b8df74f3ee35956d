import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { Double } from '../double/server.mjs';

/* A browser before the test double, and what tests ask of it. */

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const found = (...paths: string[]) => process.env.CHROMIUM ?? paths.find(existsSync) ?? 'chromium';
/** Chromium without its windows where that is installed: the same pages, much lighter. */
export const chromiumPath = found('/usr/bin/chromium-headless-shell', '/usr/bin/chromium');
/** All of Chromium: it alone shows notices. */
const wholeChromium = found('/usr/bin/chromium');
const software = [
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];
const quiet = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const sizes = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
  wall: { width: 3840, height: 2160 },
};

/**
 * A browser without WebGL, in which the map is drawn as SVG: WebGL in software
 * takes most of a test's time, so only tests of the WebGL map pay for it.
 */
export async function launch(more: string[] = []): Promise<Browser> {
  return start(['--disable-software-rasterizer', ...more], ['--enable-unsafe-swiftshader']);
}

/** All of Chromium, for what its smaller form leaves out: notices. */
export async function launchWhole(): Promise<Browser> {
  return start(['--disable-software-rasterizer'], ['--enable-unsafe-swiftshader'], wholeChromium);
}

/** A browser with WebGL, drawn in software. */
export async function launchWebGL(): Promise<Browser> {
  return start(software, []);
}

async function start(args: string[], without: string[], path = chromiumPath): Promise<Browser> {
  return chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', ...quiet, ...args],
    ignoreDefaultArgs: without,
  });
}

export interface Scene {
  double: Double;
  page: Page;
  context: BrowserContext;
  url: string;
  /** Errors of the console and of the page, without the calls that tests make fail. */
  errors: string[];
  close(): Promise<void>;
}

export interface SceneOptions {
  path?: string;
  size?: keyof typeof sizes;
  theme?: 'light' | 'dark';
  language?: 'id' | 'en';
  double?: ConstructorParameters<typeof Double>[0];
  prepare?: (double: Double) => void;
}

export async function scene(browser: Browser, options: SceneOptions = {}): Promise<Scene> {
  const double = new Double(options.double);
  options.prepare?.(double);
  const url = await double.start();
  const context = await browser.newContext({
    viewport: sizes[options.size ?? 'desktop'],
    colorScheme: options.theme ?? 'light',
    locale: 'id-ID',
    // Not the city's zone: times must come out right all the same.
    timezoneId: 'America/New_York',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (e) => errors.push(String(e)));
  page.on('console', (m) => {
    if (m.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(m.text()))
      errors.push(m.text());
  });
  const prefs = { language: options.language ?? 'id', theme: options.theme ?? 'light' };
  await page.addInitScript((p) => localStorage.setItem('balaikota.prefs', JSON.stringify(p)), prefs);
  await page.goto(url + (options.path ?? '/'));
  const close = async () => {
    await context.close();
    await double.stop();
  };
  return { double, page, context, url, errors, close };
}

/** Waits until something is so; the CSP forbids the browser's own waitForFunction. */
export async function until(
  is: () => Promise<boolean> | boolean,
  what: string,
  patience = 15_000,
): Promise<void> {
  const end = Date.now() + patience;
  for (;;) {
    if (await is()) return;
    if (Date.now() > end) throw new Error(`did not come true: ${what}`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

export const textOf = (page: Page, selector = 'body') => page.locator(selector).first().innerText();
export async function shows(page: Page, text: string): Promise<void> {
  const has = async () => (await textOf(page)).includes(text);
  await until(has, `“${text}” on screen`).catch(async (cause: unknown) => {
    throw new Error(
      `${String(cause)} at ${page.url()}, which shows:\n${(await textOf(page)).slice(0, 1500)}`,
    );
  });
}

/** Violations of WCAG 2.2 AA and of good practice, one line each. */
export async function axe(page: Page): Promise<string[]> {
  // Evaluated by the protocol, not by the page, so the CSP stands.
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; nodes: { target: unknown; failureSummary?: string }[] }[] }>;
      };
    };
    const result = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    });
    return result.violations.flatMap((v) =>
      v.nodes
        .slice(0, 3)
        .map((n) => `${v.id}: ${JSON.stringify(n.target)} ${n.failureSummary?.split('\n')[1]?.trim() ?? ''}`),
    );
  });
}
