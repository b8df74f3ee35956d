import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { chromiumPath, sizes } from './stage.ts';

/* A phone whose app can be killed and opened again, and a line that breaks. */

/** up passes all on; down refuses; deaf passes requests on and cuts the line before the answer. */
export type Mood = 'up' | 'down' | 'deaf';

/** A TCP line between a phone and the server: one address for the phone, whatever happens behind it. */
export class Line {
  mood: Mood = 'up';
  /** How often an answer was cut off after the server had been asked. */
  cut = 0;
  #target: number;
  #server: Server;
  #open = new Set<Socket>();

  constructor(target: string) {
    this.#target = Number(new URL(target).port);
    this.#server = createServer((phone) => this.#join(phone));
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  set(mood: Mood): void {
    this.mood = mood;
    if (mood === 'down') for (const socket of this.#open) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise<void>((done) => this.#server.close(() => done()));
  }

  #join(phone: Socket): void {
    if (this.mood === 'down') {
      phone.destroy();
      return;
    }
    const far = connect(this.#target, '127.0.0.1');
    for (const socket of [phone, far]) {
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
      socket.on('error', () => socket.destroy());
    }
    // Whole requests reach the server; what it answers to what changes things is lost.
    let changes = false;
    phone.on('data', (bytes) => {
      if (/^(POST|PUT|DELETE) /.test(bytes.subarray(0, 7).toString('latin1'))) changes = true;
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (this.mood === 'deaf' && changes) {
        this.cut++;
        phone.destroy();
        far.destroy();
      } else phone.write(bytes);
    });
    phone.on('end', () => far.end());
    far.on('end', () => phone.end());
  }
}

/** A phone with a storage of its own that outlives its app. */
export class Phone {
  readonly dir = mkdtempSync(join(tmpdir(), 'balaikota-phone-'));
  readonly errors: string[] = [];
  context!: BrowserContext;
  page!: Page;

  /** Starts the app; the time is the phone's own clock when given. */
  async open(address: string, at?: Date): Promise<Page> {
    this.context = await chromium.launchPersistentContext(this.dir, {
      executablePath: chromiumPath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
      ],
      viewport: sizes.phone,
      hasTouch: true,
      locale: 'id-ID',
      timezoneId: 'Asia/Makassar',
      reducedMotion: 'reduce',
      geolocation: { longitude: 117.148, latitude: -0.49, accuracy: 12 },
      permissions: ['geolocation', 'camera'],
    });
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
    if (at) await this.page.clock.install({ time: at });
    this.page.on('pageerror', (e) => this.errors.push(String(e)));
    this.page.on('console', (m) => {
      if (m.type() === 'error' && !/Failed to load resource|WebSocket connection|net::ERR/.test(m.text()))
        this.errors.push(m.text());
    });
    await this.page.goto(address);
    return this.page;
  }

  /** Kills the whole app at once, as a phone short of memory does. */
  async kill(): Promise<void> {
    const gone = new Promise<void>((done) => this.context.once('close', () => done()));
    const devtools = await this.context.newCDPSession(this.page);
    await devtools.send('Browser.crash').catch(() => undefined);
    await gone;
  }

  /** Closes the app as its user does; its storage stays. */
  async quit(): Promise<void> {
    await this.context.close();
  }

  async close(): Promise<void> {
    await this.context.close().catch(() => undefined);
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
