import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { axe, sizes, until } from './stage.ts';

/* The real program with a database of its own, its officers, and walks through it. */

const program = process.env.BALAIKOTA ?? resolve(import.meta.dirname, '../../../bin/balaikota');
const password = 'tepian mahakam 7 pagi';

type State = Awaited<ReturnType<BrowserContext['storageState']>>;

/** Somebody with an account; the first to walk as them changes the first password. */
export interface Person {
  username: string;
  first: string;
  state?: State;
}

/** A running `balaikota serve`. */
export class Program {
  url = '';
  #data = mkdtempSync(join(tmpdir(), 'balaikota-browser-'));
  #log = '';
  #server: ChildProcess;
  #people = new Map<string, Person>();
  #tokens = new Map<string, string>();

  constructor(...args: string[]) {
    if (!existsSync(program)) throw new Error('bin/balaikota is missing; run make build');
    chmodSync(this.#data, 0o755);
    this.#server = spawn(program, ['serve', '--addr', '127.0.0.1:0', ...args], { env: this.#env });
    for (const stream of [this.#server.stdout, this.#server.stderr])
      stream?.on('data', (chunk) => (this.#log += chunk));
  }
  get #env() {
    return { ...process.env, BALAIKOTA_DATA: this.#data, DATABASE_URL: '' };
  }

  /** Waits for what the log says when it is ready. */
  async ready(sign: RegExp): Promise<void> {
    await until(() => sign.test(this.#log), 'the server is ready', 120_000).catch((cause: unknown) => {
      throw new Error(`${String(cause)}\n${this.#log}`);
    });
    this.url = this.logged(/(http:\/\/127\.0\.0\.1:\d+)(?= {2}\(siap)/);
  }
  logged(what: RegExp): string {
    return what.exec(this.#log)?.[1] ?? '';
  }
  run(...args: string[]): string {
    return execFileSync(program, args, { env: this.#env, encoding: 'utf8' }).trim();
  }

  /** An officer, made when first asked for; walikota and operator are there from the start. */
  officer(username: string, ...rights: string[]): Person {
    let person = this.#people.get(username);
    if (!person) {
      const first =
        rights.length > 0
          ? (this.run('user', 'add', username, ...rights)
              .split(' ')
              .at(-1) ?? '')
          : this.logged(new RegExp(`^ {2}${username} +(\\S+)`, 'm'));
      person = { username, first };
      this.#people.set(username, person);
    }
    return person;
  }

  /** Asks the API with a token of a role, as `--role camat --area 64.72.08`. */
  async ask<T>(rights: string[], path: string, body?: unknown): Promise<T> {
    const name = rights.join(' ');
    const token = this.#tokens.get(name) ?? this.run('user', 'token', ...rights);
    this.#tokens.set(name, token);
    const answer = await fetch(this.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async stop(): Promise<void> {
    if (this.#server.exitCode === null) {
      const ended = new Promise((done) => this.#server.once('exit', done));
      this.#server.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** A session of theirs, by the API; how one signs in by hand is walked elsewhere. */
  async #enter(context: BrowserContext, person: Person): Promise<void> {
    const post = async (path: string, data: object) => {
      const answer = await context.request.post(this.url + path, { data });
      if (!answer.ok()) throw new Error(`${person.username}, ${path}: ${answer.status()}`);
    };
    await post('/api/session', { username: person.username, password: person.first });
    await post('/api/session/password', { current: person.first, new: password });
    person.state = await context.storageState();
  }

  /** Opens a page as somebody, at one size. */
  async walk(
    browser: Browser,
    who: Person | undefined,
    size: keyof typeof sizes,
    path = '/',
    theme: 'light' | 'dark' = 'light',
  ): Promise<Walk> {
    const context = await browser.newContext({
      viewport: sizes[size],
      hasTouch: size === 'phone',
      colorScheme: theme,
      locale: 'id-ID',
      timezoneId: 'Asia/Makassar',
      reducedMotion: 'reduce',
      geolocation: { longitude: 117.148, latitude: -0.49, accuracy: 12 },
      permissions: ['geolocation', 'camera'],
      ...(who?.state && { storageState: who.state }),
    });
    if (who && !who.state) await this.#enter(context, who);
    const walk = new Walk(this, context, await context.newPage());
    await walk.begin(path);
    return walk;
  }
}

/** One person on one device. What the page complains of is kept for the end. */
export class Walk {
  readonly errors: string[] = [];
  constructor(
    readonly program: Program,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  async begin(path: string): Promise<void> {
    const { page } = this;
    page.on('pageerror', (e) => this.errors.push(String(e)));
    page.on('console', (m) => {
      if (m.type() === 'error') this.errors.push(`${m.text()} (${m.location().url})`);
    });
    await page.exposeFunction('violated', (what: string) => this.errors.push(`CSP: ${what}`));
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (e) => {
        (globalThis as unknown as { violated(what: string): void }).violated(
          `${e.violatedDirective} ${e.blockedURI}`,
        );
      });
    });
    // Alarms lie over the page until one says something to each; here one looks at them later.
    const later = page.getByRole('button', { name: 'Nanti', exact: true });
    const putAway = async () => {
      if ((await page.locator('dialog[open]').count()) === 0)
        await later.click({ timeout: 2000 }).catch(() => undefined);
    };
    await page.addLocatorHandler(later, putAway, { noWaitAfter: true });
    await page.goto(this.program.url + path);
  }

  /** What the API says to whom is signed in here. */
  async ask<T>(path: string): Promise<T> {
    const answer = await this.context.request.get(this.program.url + path);
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()}`);
    return (await answer.json()) as T;
  }
  press(name: string | RegExp): Promise<void> {
    return this.page
      .getByRole('button', { name, exact: typeof name === 'string' })
      .first()
      .click();
  }
  /** Goes by the rail, or by the phone's bar and what is behind "Lainnya". */
  async go(path: string): Promise<void> {
    const link = this.page.locator(`.rail a[href="${path}"]`);
    const more = this.page.locator('.rail button.more');
    await until(async () => (await link.isVisible()) || (await more.isVisible()), `the way to ${path}`);
    if (await link.isVisible()) await link.click();
    else {
      await more.click();
      await this.page.locator(`dialog[open] li a[href="${path}"]`).click();
    }
  }

  /** A place to look around at: nothing is wider than the screen, nobody is shut out. */
  async station(): Promise<void> {
    const { page } = this;
    await until(async () => (await page.locator('.skeleton').count()) === 0, 'everything has loaded', 30_000);
    expect(await axe(page), page.url()).toEqual([]);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over, `${page.url()} is wider than the screen`).toBeLessThanOrEqual(0);
    expect(this.errors, page.url()).toEqual([]);
  }
  async end(): Promise<void> {
    await this.station();
    await this.context.close();
  }
}
