import { createReadStream } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { WebSocketServer } from 'ws';
import { ActionsDouble } from './actions.mjs';
import { Answers, templates } from './answers.mjs';
import { AssistantDouble } from './assistant.mjs';
import { CamerasDouble } from './cameras.mjs';
import { act, allIncidents, analysisOf, correct, incidentDetail, incidentPage, runs } from './incidents.mjs';
import { OutcomesDouble } from './outcomes.mjs';
import { atRisk, checked, flood, forecasts, hotspots } from './patterns.mjs';
import { MapDouble } from './map.mjs';
import { qualityFindings, qualityRules } from './quality.mjs';
import { formOf, TasksDouble } from './tasks.mjs';
import { makeWorld } from './world.mjs';

/*
 * A test double of the Balaikota server: the same paths, problem details, /live
 * protocol and content security policy, over a made-up world. Browser tests
 * switch its mood; `npm run double` serves it by hand.
 */

const here = dirname(fileURLToPath(import.meta.url));
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.png': 'image/png',
};
// Word for word the server's (backend/web/server.go).
const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; base-uri 'none'; " +
  "form-action 'self'; frame-ancestors 'none'";
const permissions = 'geolocation=(self), microphone=(self), camera=(self), screen-wake-lock=(self)';
const topics = ['indicators', 'reports', 'incidents', 'alerts', 'sources'];

/** @typedef {'normal' | 'empty' | 'loading' | 'stale' | 'error'} Mood */

export class Double {
  /** @param {{ dist?: string, mood?: Mood, signedIn?: boolean, mustChange?: boolean }} options */
  constructor(options = {}) {
    this.dist = options.dist ?? process.env.BALAIKOTA_DIST ?? join(here, '../../dist');
    this.signedIn = options.signedIn ?? true;
    this.mustChange = options.mustChange ?? false;
    this.role = 'operator';
    this.failedSignIns = 0;
    this.refuseSockets = false;
    this.refuseDecisions = false;
    /** Reports about which nobody here may decide. @type {Set<number>} */
    this.refused = new Set();
    /** What officers said of findings of quality. @type {Map<number, object>} */
    this.judged = new Map();
    this.world = makeWorld();
    this.seq = 1000;
    /** @type {{ seq: number, change: object }[]} */
    this.log = [];
    /** @type {{ at: number, subscribe: string[], since?: number }[]} */
    this.subscriptions = [];
    /** @type {Set<import('ws').WebSocket>} */
    this.sockets = new Set();
    /** @type {string[]} */
    this.calls = [];
    this.assistant = new AssistantDouble(() => this.world);
    this.map = new MapDouble(() => this.world);
    this.cameras = new CamerasDouble(() => this.world);
    this.tasks = new TasksDouble();
    this.actions = new ActionsDouble(() => this.world);
    this.outcomes = new OutcomesDouble(this.actions);
    this.answers = new Answers();
    /** @type {object} more of who is signed in */
    this.officer = {};
    /** What stands at the end of /sw.js, to make it another version. */
    this.worker = '';
    this.setMood(options.mood ?? 'normal');
  }

  /** @param {Mood} mood */
  setMood(mood) {
    this.mood = mood;
    this.world = makeWorld();
    if (mood === 'empty') {
      Object.assign(this.world, { reports: [], alerts: [], states: [], sources: [], indicators: [] });
      this.world.grouping = { reports: 0, waiting: 0, review: 0 };
    }
    if (mood === 'stale') {
      const old = this.world.now - 11 * 3_600_000;
      this.world.states = this.world.makeStates(old);
      this.world.sources = this.world.sources.map((s, i) => ({
        ...s,
        freshness: i % 2 ? 'basi' : 'terputus',
        pull: i % 2 ? 'basi' : 'terputus',
        last_success: new Date(old).toISOString(),
        last_error: i % 2 ? undefined : 'Tidak ada jawaban dalam 30 detik.',
      }));
    }
  }

  /** Starts on a port (0: any) and returns the address. */
  async start(port = 0) {
    this.server = createServer((req, res) => void this.#answer(req, res));
    this.wss = new WebSocketServer({ noServer: true });
    this.server.on('upgrade', (req, socket, head) => {
      // A page that goes away cuts its lines.
      socket.on('error', () => socket.destroy());
      const refused = req.url !== '/live' || !this.signedIn || this.refuseSockets || this.mood === 'error';
      if (refused) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
        return;
      }
      this.wss?.handleUpgrade(req, socket, head, (ws) => this.#follow(ws));
    });
    await new Promise((done) => this.server?.listen(port, '127.0.0.1', () => done(undefined)));
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`;
  }

  async stop() {
    this.cut(1001);
    this.assistant.cutStreams();
    this.server?.closeAllConnections();
    await new Promise((done) => (this.server ? this.server.close(() => done(undefined)) : done(undefined)));
  }

  /** Closes every socket with a code. */
  cut(code = 3002) {
    for (const socket of this.sockets) socket.close(code);
  }

  /** Sends changes as one delta to everyone. @param {object[]} changes */
  push(...changes) {
    const from = this.seq;
    for (const change of changes) this.log.push({ seq: ++this.seq, change });
    this.#send({ type: 'delta', from, seq: this.seq, at: new Date().toISOString(), changes });
  }

  /** Loses an event: the next delta leaves a gap. */
  skip() {
    this.seq++;
  }

  /** A new report arrives. */
  report(forced = {}) {
    const report = this.world.makeReport(Date.now(), { status: 'open', closed_at: undefined, ...forced });
    this.world.reports.unshift(report);
    this.push({ topic: 'reports', op: 'put', key: String(report.id), data: report });
    return report;
  }

  /** A new report arrives that is an incident of its own. @returns {number} the incident's number */
  incident(forced = {}) {
    const report = this.report(forced);
    const { answer, changes } = act.found(this.world, report);
    this.push(...changes);
    return answer;
  }

  /** Incidents are merged by somebody else. @param {number} id @param {number[]} others */
  merge(id, others) {
    this.push(...act.merge(this.world, id, { with: others }).changes);
  }

  /** Keeps the city moving, as the real one does. @returns {() => void} */
  live() {
    const timer = setInterval(() => {
      this.world.states = this.world.makeStates(Date.now());
      const states = this.world.states.map((s) => ({
        topic: 'indicators',
        op: 'put',
        key: `${s.indicator}|${s.area_code}`,
        data: s,
      }));
      this.push(...states);
      if (Math.random() < 0.5) this.report();
    }, 2000);
    return () => clearInterval(timer);
  }

  #send(message) {
    const text = JSON.stringify(message);
    for (const socket of this.sockets) if (socket.readyState === 1) socket.send(text);
  }

  #follow(ws) {
    this.sockets.add(ws);
    ws.on('close', () => this.sockets.delete(ws));
    ws.on('error', () => ws.terminate());
    ws.on('message', (data) => {
      const asked = JSON.parse(String(data));
      this.subscriptions.push({ at: Date.now(), ...asked });
      if (this.mood === 'loading') return;
      const since = asked.since;
      if (since === undefined) {
        const { states, reports, alerts, sources } = this.world;
        const body = { indicators: states, reports: reports.slice(0, 500), alerts, sources };
        body.incidents = allIncidents(this.world).filter(runs).slice(0, 300);
        ws.send(JSON.stringify({ type: 'snapshot', seq: this.seq, at: new Date().toISOString(), ...body }));
      } else if (since < this.seq) {
        const changes = this.log
          .filter((e) => e.seq > since && topics.includes(e.change.topic))
          .map((e) => e.change);
        ws.send(
          JSON.stringify({
            type: 'delta',
            from: since,
            seq: this.seq,
            at: new Date().toISOString(),
            changes,
          }),
        );
      }
    });
  }

  async #answer(req, res) {
    const url = new URL(req.url ?? '/', 'http://double');
    res.setHeader('Content-Security-Policy', csp);
    res.setHeader('Permissions-Policy', permissions);
    res.setHeader('Cache-Control', 'no-store');
    const api = url.pathname.startsWith('/api/') || url.pathname.startsWith('/geo/');
    if (!api) return this.#file(url.pathname, res);
    this.calls.push(`${req.method} ${url.pathname}${url.search}`);
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const sound = req.headers['content-type'] === 'audio/wav';
    const form = req.headers['content-type']?.startsWith('multipart/form-data');
    const body = sound
      ? raw
      : form
        ? formOf(raw, req.headers['content-type'])
        : raw.length > 0
          ? JSON.parse(raw.toString())
          : {};
    const routed = this.#route(req.method, url, body, req, res);
    if (routed === 'taken') return;
    const [status, answer, headers = {}] = routed;
    if (status === 'never') return;
    const type = status >= 400 ? 'application/problem+json' : 'application/json';
    res.writeHead(status, { 'Content-Type': type, ...headers });
    res.end(answer === undefined ? undefined : JSON.stringify(answer));
  }

  #route(method, url, body, req, res) {
    const path = url.pathname;
    if (path === '/api/session' && method === 'POST') return this.#signIn(body);
    if (path === '/api/session' && method === 'DELETE') {
      this.signedIn = false;
      this.cut(3500);
      return [204];
    }
    if (!this.signedIn) return problem(401, 'unauthorized', 'nobody is signed in');
    if (path === '/api/session') return [200, this.#session()];
    if (path === '/api/city') return [200, { ...this.world.city, server_time: new Date().toISOString() }];
    if (path === '/api/session/password') {
      if (body.current === body.new)
        return problem(422, 'invalid', 'the new password is the old one', 'body.new');
      this.mustChange = false;
      return [200, this.#session()];
    }
    if (this.mood === 'loading') return ['never'];
    if (this.mood === 'error') return problem(500, 'internal', 'the database is away');
    if (MapDouble.owns(path)) return this.map.route(path, url.searchParams);
    if (CamerasDouble.owns(path)) return this.cameras.route(path, res, this.mood, this.role);
    if (AssistantDouble.owns(path)) return this.assistant.route(method, path, body, req, res);
    if (OutcomesDouble.owns(path)) return this.outcomes.route(method, path, body, this.mood, this.role);
    const tasked =
      ['lurah', 'camat', 'kepala_opd'].includes(this.role) ||
      (this.role === 'sekda' && path.startsWith('/api/tasks'));
    if (TasksDouble.owns(path) && (tasked || /^\/api\/(notices|push)/.test(path)))
      return this.tasks.route(method, path, url.searchParams, body);
    if (ActionsDouble.owns(path)) return this.actions.route(method, path, body, res, this.mood, this.role);
    return this.#data(method, path, url.searchParams, body);
  }

  #data(method, path, query, body) {
    const w = this.world;
    const plain = {
      '/api/areas': w.areas,
      '/api/indicators': w.indicators,
      '/api/indicators/states': w.states,
      '/api/walls': [],
      '/api/walls/states': [],
      '/api/accounts': accounts(w),
      '/api/office-contacts': contacts,
      '/api/categories': w.categories,
      '/api/offices': w.offices,
      '/api/alerts': w.alerts,
      '/api/sources': w.sources,
      '/api/sources/activity': activity(w),
      '/api/quality/rules': qualityRules,
      '/geo/kelurahan.geojson': { type: 'FeatureCollection', features: w.features.kelurahan },
      '/geo/kecamatan.geojson': { type: 'FeatureCollection', features: w.features.kecamatan },
    };
    if (path in plain) return [200, plain[path]];
    if (path.startsWith('/api/quality/findings')) return this.#findings(path, query, body);
    if (path === '/api/answer-templates') return [200, templates(this.role)];
    if (path === '/api/reports/alike') return [200, []];
    if (path === '/api/alerts/acknowledge') return this.#acknowledge(body);
    if (path === '/api/reports') return [200, this.#page(query)];
    if (path === '/api/reports/counts') return [200, this.#counts(query)];
    if (path === '/api/reports/figures') return [200, this.#figures(query)];
    if (path === '/api/patterns') return [200, checked(w)];
    if (path === '/api/deadlines/at-risk') return [200, atRisk(w)];
    if (path === '/api/patterns/hotspots') return [200, hotspots(w)];
    if (path === '/api/forecasts') return [200, forecasts(w, query.get('area') ?? '')];
    if (path === '/api/hazards/flood') return [200, flood(w)];
    if (path === '/api/incidents') return [200, incidentPage(w, query)];
    if (path === '/api/agenda')
      return ['wali_kota', 'sekda'].includes(this.role)
        ? [200, agenda(query)]
        : problem(403, 'forbidden', 'the agenda is for the mayor and the secretary');
    const [, , kind, name, action] = path.split('/');
    if (kind === 'incidents') return this.#incident(method, Number(name), action ?? 'edit', body);
    if (kind === 'reports') {
      const found = w.reports.find((r) => r.id === Number(name));
      if (!found) return problem(404, 'not_found', 'there is no such report');
      if (action === 'reporter' && method === 'POST')
        return [200, { name: 'Contoh Warga', phone: '', email: '', handle: 'contoh' }];
      if (action === 'answering') return [200, this.answers.of(found, this.role)];
      if (action === 'replies') return [200, this.answers.write(found, this.role, 'jawaban', body)];
      if (action === 'questions') return [200, this.answers.write(found, this.role, 'pertanyaan', body)];
      if (action === 'correction' && method === 'POST') {
        if (this.refuseDecisions || this.refused.has(found.id))
          return problem(403, 'forbidden', 'not yours to decide');
        this.push(...correct(w, found, body));
      }
      return [200, detail(found, w)];
    }
    if (kind === 'indicators') {
      const [from, to] = [Date.parse(query.get('from') ?? ''), Date.parse(query.get('to') ?? '')];
      const end = this.mood === 'stale' ? to - 11 * 3_600_000 : to;
      const series = w.makeSeries(name, query.get('area'), from, end, query.get('step') ?? 'hour');
      return series ? [200, series] : problem(404, 'not_found', 'there is no such indicator');
    }
    if (kind === 'sources') return this.#source(method, name, action);
    return problem(404, 'not_found', 'there is no such address');
  }

  #findings(path, query, body) {
    const id = Number(path.split('/')[4] ?? 0);
    if (id)
      this.judged.set(id, {
        state: body.dismissed ? 'ditolak' : 'terbuka',
        decided_by: 'contoh',
        decided_at: new Date().toISOString(),
        reason: body.reason,
      });
    const found = qualityFindings(this.world, query.get('source'), this.judged);
    return [200, id ? found.find((f) => f.id === id) : found];
  }

  #acknowledge({ key, seen }) {
    const found = this.world.alerts.find((a) => a.key === key);
    if (!found) return problem(404, 'not_found', 'there is no such alert');
    if (found.severity !== seen) return problem(409, 'conflict', 'it became graver');
    found.acknowledged ??= { by: 'contoh', at: new Date().toISOString() };
    this.push({ topic: 'alerts', op: 'put', key, data: found });
    return [200, found];
  }

  /** An alert arises or changes. @param {object} alert */
  alert(alert) {
    const { alerts } = this.world;
    const at = alerts.findIndex((a) => a.key === alert.key);
    const data = { ...alerts[Math.max(0, at)], acknowledged: undefined, ...alert };
    if (at < 0) alerts.unshift(data);
    else alerts[at] = data;
    this.push({ topic: 'alerts', op: 'put', key: alert.key, data });
    return data;
  }

  /** An alert is over. @param {string} key */
  over(key) {
    this.world.alerts = this.world.alerts.filter((a) => a.key !== key);
    this.push({ topic: 'alerts', op: 'remove', key });
  }

  #incident(method, id, action, body) {
    const found = incidentDetail(this.world, id);
    if (!found) return problem(404, 'not_found', 'there is no such incident');
    if (method !== 'POST') return [200, found];
    if (this.refuseDecisions) return problem(403, 'forbidden', 'not yours to decide');
    const { answer, changes } = act[action](this.world, found.id, body);
    this.push(...changes);
    return [200, incidentDetail(this.world, answer)];
  }

  #source(method, name, action) {
    const health = this.world.sources.find((s) => s.slug === name);
    if (!health) return problem(404, 'not_found', 'there is no such source');
    if (method === 'POST') {
      health.freshness = health.pull = action === 'pause' ? 'dijeda' : 'langsung';
      this.push({ topic: 'sources', op: 'put', key: name, data: health });
      return [204];
    }
    const runs = Array.from({ length: 12 }, (_, i) => {
      const started = this.world.now - (i + 1) * health.expect_seconds * 1000;
      const ok = health.freshness !== 'terputus' || i > 7;
      return {
        started: new Date(started).toISOString(),
        finished: new Date(started + 700 + i * 130).toISOString(),
        ok,
        ...(ok ? {} : { error: 'Server menjawab 503.' }),
        added: ok ? 3 + i : 0,
        changed: ok ? i % 3 : 0,
        refused: i === 4 ? 1 : 0,
      };
    });
    const refused = Array.from({ length: health.refused }, (_, i) => ({
      id: i + 1,
      kind: 'reports',
      place: `halaman 2, baris ${i + 4}, created_at`,
      reason: 'Waktu tidak dapat dibaca',
      at: runs[4]?.started,
    }));
    return [200, { health, runs, refused }];
  }

  #page(query) {
    const statuses = query.get('status')?.split(',');
    const from = Date.parse(query.get('from') ?? '') || 0;
    const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.world.reports.filter(
      (r) =>
        (r.area_code + '.').startsWith((query.get('area') ?? r.area_code) + '.') &&
        (!query.get('category') || r.category === query.get('category')) &&
        (!query.get('office') || r.office === query.get('office')) &&
        (!query.get('channel') || r.channel === query.get('channel')) &&
        (!statuses || statuses.includes(r.status)) &&
        (query.get('overdue') !== 'true' || late(r)) &&
        (query.get('review') !== 'true' || r.review) &&
        (!query.get('incident') || r.incident_id === Number(query.get('incident'))) &&
        Date.parse(r.created_at) >= from &&
        words.every((word) => r.text.toLowerCase().includes(word)),
    );
    const start = Number(query.get('before')) || 0;
    const limit = Number(query.get('limit')) || 50;
    const next = start + limit < found.length ? String(start + limit) : undefined;
    return { items: found.slice(start, start + limit), next };
  }

  #counts(query) {
    const [from, to] = [Date.parse(query.get('from') ?? ''), Date.parse(query.get('to') ?? '')];
    const rows = new Map();
    for (const r of this.world.reports) {
      const at = Date.parse(r.created_at);
      if (at < from || at >= to) continue;
      const key = `${r.area_code}|${r.category}`;
      const row = rows.get(key) ?? { area_code: r.area_code, category: r.category, count: 0 };
      row.count++;
      rows.set(key, row);
    }
    return { from: query.get('from'), to: query.get('to'), rows: [...rows.values()] };
  }

  #figures(query) {
    const from = Date.parse(query.get('from') ?? '') || 0;
    const all = this.world.reports;
    const closed = all.filter((r) => r.closed_at && Date.parse(r.closed_at) >= from);
    const hours = closed
      .map((r) => (Date.parse(r.closed_at) - Date.parse(r.created_at)) / 3.6e6)
      .sort((a, b) => a - b);
    return {
      received: all.filter((r) => Date.parse(r.created_at) >= from).length,
      closed: closed.length,
      open: all.filter((r) => !r.closed_at).length,
      overdue: all.filter(late).length,
      ...(hours.length >= 10 && { median_close_hours: hours[Math.floor(hours.length / 2)] }),
      answers: 23,
      satisfaction: 0.74,
      from: query.get('from'),
      to: new Date().toISOString(),
    };
  }

  #signIn(body) {
    if (this.failedSignIns >= 5) {
      return [
        ...problem(401, 'unauthorized', 'too many attempts', undefined, 'error.login_throttled'),
        { 'Retry-After': '40' },
      ];
    }
    if (body.password !== 'rahasia-contoh') {
      this.failedSignIns++;
      return problem(
        401,
        'unauthorized',
        'the username or password is wrong',
        undefined,
        'error.login_failed',
      );
    }
    this.failedSignIns = 0;
    this.signedIn = true;
    return [200, this.#session()];
  }

  #session() {
    return {
      officer: { id: 1, username: 'contoh', name: 'Rina Contoh', role: this.role, ...this.officer },
      must_change_password: this.mustChange,
      expires_at: new Date(Date.now() + 8 * 3_600_000).toISOString(),
    };
  }

  async #file(path, res) {
    const wanted = join(this.dist, normalize(path));
    const found =
      extname(path) && wanted.startsWith(this.dist)
        ? await access(wanted).then(
            () => wanted,
            () => '',
          )
        : '';
    if (!found && extname(path)) {
      res.writeHead(404).end();
      return;
    }
    const file = found || join(this.dist, 'index.html');
    if (path === '/sw.js' && this.worker) {
      // Another build's worker: the same, and yet not the same bytes.
      res.setHeader('Content-Type', types['.js']);
      res.end((await readFile(file, 'utf8')) + this.worker);
      return;
    }
    res.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
    createReadStream(file)
      .on('error', () => res.destroy())
      .pipe(res);
  }
}

const late = (r) => !r.closed_at && Date.parse(r.due_at) < Date.now();
const detail = (r, w) => ({
  ...r,
  full_text: `${r.text}. Mohon segera ditindaklanjuti, terima kasih. Hubungi [telepon].`,
  address: 'Gang contoh, RT 12',
  flags: r.lon === undefined ? ['tanpa_lokasi'] : [],
  source_name: w.sources.find((s) => s.slug === r.source)?.name ?? r.source,
  received_at: new Date(Date.parse(r.created_at) + 20_000).toISOString(),
  changed_at: r.created_at,
  ...(r.incident_id && { analysis: analysisOf(w, r) }),
});
const problem = (status, code, text, location, key) => [
  status,
  {
    title: code,
    status,
    code,
    detail: text,
    ...(key && { key }),
    ...(location && { errors: [{ location, message: text }] }),
  },
];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const double = new Double();
  const address = await double.start(Number(process.env.PORT) || 8080);
  double.live();
  console.log(`test double of the Balaikota server, made-up data: ${address}`);
}

/** What sources brought on the last days, and what is usual: their own number, again and again. */
/** How one office is reached; of the others nobody wrote it down. */
const contacts = [
  {
    office_id: 1,
    office: 'DPUPR',
    phone: '(0541) 000-000',
    email: 'kantor@dpupr.contoh.go.id',
    address: 'Jalan Contoh 1, Samarinda',
    changed_at: '2026-11-20T02:00:00Z',
    changed_by: 'contoh',
  },
];

/** Accounts as an operator sees them: some new, one closed. */
function accounts(w) {
  const ago = (days) => new Date(w.now - days * 86_400_000).toISOString();
  const villages = w.areas.filter((a) => a.level === 'kelurahan').slice(0, 12);
  return [
    {
      id: 1,
      username: 'contoh',
      name: 'Petugas Contoh',
      role: 'operator',
      last_sign_in_at: ago(0.1),
      sessions: 2,
    },
    {
      id: 2,
      username: 'kadis',
      name: 'Kepala Dinas Contoh',
      role: 'kepala_opd',
      office: 'DPUPR',
      last_sign_in_at: ago(9),
      sessions: 0,
    },
    ...villages.map((a, i) => ({
      id: 10 + i,
      username: `lurah.${i}`,
      name: `Lurah ${a.name}`,
      role: 'lurah',
      area_code: a.code,
      sessions: i % 2,
      ...(i !== 3 && { last_sign_in_at: ago(i) }),
      ...(i === 5 && { disabled_at: ago(1) }),
    })),
  ].map((a) => ({ ...a, must_change: !a.last_sign_in_at, created_at: ago(60) }));
}

function activity(world) {
  return world.sources.map((s, i) => ({
    slug: s.slug,
    today: s.rows_today,
    days: Array.from({ length: 14 }, (_, d) => 10 + ((7 * d + i) % 9)),
    usual_by_now: 12,
    usual_day: 15,
  }));
}

/** A day with two appointments at once, one that is on, and one of tomorrow. */
function agenda(query) {
  const from = Date.parse(query.get('from') ?? '');
  const now = Date.now();
  const entry = (key, start, minutes, title, place, more = {}) => ({
    key,
    source: 'agenda',
    title,
    place,
    start: new Date(start).toISOString(),
    end: new Date(start + minutes * 60_000).toISOString(),
    ...more,
  });
  return {
    from: query.get('from'),
    to: query.get('to'),
    entries: [
      entry('b', now - 20 * 60_000, 60, 'Rapat contoh', 'Balai Kota'),
      entry('c', now + 10 * 60_000, 60, 'Kunjungan contoh', 'Pasar Contoh'),
      entry('d', from + 33 * 3_600_000, 90, 'Sibuk', '', { private: true }),
    ],
    calendars: [
      {
        source: 'agenda',
        name: 'Agenda contoh',
        read_at: new Date(now - 60_000).toISOString(),
        freshness: 'langsung',
        pull: 'langsung',
        known_from: new Date(from - 86_400_000).toISOString(),
        known_to: new Date(from + 30 * 86_400_000).toISOString(),
      },
    ],
  };
}
