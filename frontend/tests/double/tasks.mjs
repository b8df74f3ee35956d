/*
 * Tasks, notices and proofs of the test double: dispositions to one lurah, and
 * steps that are taken once each, as the real server takes them.
 */

const hour = 3_600_000;
const moves = {
  accept: [['sent', 'asked'], 'accepted'],
  ask: [['sent', 'accepted', 'working'], 'asked'],
  decline: [['sent', 'accepted', 'asked', 'hindered'], 'declined'],
  progress: [['accepted', 'working', 'hindered', 'asked'], 'working'],
  hinder: [['sent', 'accepted', 'working'], 'hindered'],
  resume: [['hindered'], 'working'],
  pass_on: [['sent', 'accepted', 'working', 'hindered', 'asked', 'passed_on'], 'passed_on'],
  finish: [['accepted', 'working', 'hindered', 'asked', 'passed_on'], 'proof_in'],
};
const order = ['accept', 'progress', 'finish', 'ask', 'hinder', 'decline', 'resume', 'pass_on'];

export class TasksDouble {
  constructor() {
    this.role = 'lurah';
    /** @type {Map<string, object>} steps by client id, in order of arrival */
    this.arrived = new Map();
    /** @type {Map<string, object>} photos by client id */
    this.photos = new Map();
    this.refusals = new Map();
    this.tokens = 0;
    /** Parts that others were handed, by the number of their whole. */
    this.parts = [];
    this.preferences = {
      channels: ['push'],
      offered: ['push', 'surel'],
      quiet_from: '21.00',
      quiet_until: '05.00',
      push: 0,
    };
    this.chatSources = [
      { slug: 'whatsapp', name: 'WhatsApp pengaduan', channel: 'whatsapp', address: '+62 541 000000' },
      { slug: 'telegram', name: 'Bot Telegram kota', channel: 'telegram', address: '@SamarindaBot' },
    ];
    this.chats = [];
    const now = Date.now();
    this.notices = [
      this.#notice(1, 'Disposisi baru dari Sekretaris Daerah: bersihkan parit.', '/tugas/11', now - hour),
      this.#notice(2, 'Tenggat dua jam lagi: lampu jalan.', '/tugas/12', now - 2 * hour),
    ];
    this.dispositions = [
      this.#disposition(
        11,
        'Bersihkan parit Gang Contoh sebelum hujan malam',
        'sent',
        5,
        117.146,
        -0.487,
        true,
      ),
      this.#disposition(
        12,
        'Laporkan lampu jalan yang padam di tepi jalan utama',
        'accepted',
        -3,
        117.151,
        -0.493,
      ),
      this.#disposition(13, 'Tinjau tumpukan sampah di belakang pasar', 'working', 30, 117.141, -0.495, true),
      this.#disposition(9, 'Data warga terdampak genangan pekan lalu', 'done', -50, 117.15, -0.49),
    ];
  }

  #notice(id, text, path, at) {
    return {
      id,
      key: `n${id}`,
      kind: 'disposition',
      text,
      text_en: text,
      path,
      urgent: false,
      at: iso(at),
      delivered: [],
    };
  }

  #disposition(id, subject, status, hours, lon, lat, proof = false) {
    const now = Date.now();
    return {
      id,
      number: `DSP/00${id}/XI/2026`,
      from: 'Sekretaris Daerah',
      from_role: 'sekda',
      office: 'Kel. Sidodadi',
      office_name: 'Lurah Sidodadi',
      to_role: 'lurah',
      to_area: '64.72.03.1004',
      copies: ['DPUPR'],
      nature: hours < 6 ? 'segera' : 'biasa',
      subject,
      instruction: 'Kerjakan bersama warga, laporkan hasilnya dengan foto dari lokasi.',
      status,
      percent: status === 'working' ? 40 : status === 'done' ? 100 : 0,
      sent_at: iso(now - 20 * hour),
      due_at: iso(now + hours * hour),
      last_at: iso(now - 19 * hour),
      ...(status === 'done' && { done_at: iso(now - 40 * hour), done_by: 'proof' }),
      proof,
      root_id: id,
      area_code: '64.72.03.1004',
      place: 'Gang Contoh RT 12',
      lon,
      lat,
      incidents: [],
      reports: [],
      rung: 0,
      simulated: true,
      steps: [
        {
          id: id * 100,
          at: iso(now - 20 * hour),
          kind: 'send',
          by: 'Sekretaris Daerah',
          role: 'sekda',
          to: 'sent',
        },
      ],
    };
  }

  /** How often each client id arrived as a new step. */
  texts() {
    return [...this.arrived.values()].map((s) => s.text ?? '');
  }

  static owns(path) {
    return /^\/api\/(tasks|notices|push|proofs|stand-ins)(\/|$)|^\/api\/dispositions/.test(path);
  }

  /** Answers like the server: [status, body]. */
  route(method, path, query, body) {
    const [, , kind, id, part] = path.split('/');
    if (path === '/api/tasks') return [200, { items: this.#tasks(), at: iso(Date.now()) }];
    if (path === '/api/tasks/steps') return [200, { outcomes: body.steps.map((s) => this.#step(s)) }];
    if (kind === 'notices') return this.#notices(method, id, part, body);
    if (kind === 'push') return id === 'key' ? [200, { key: vapid }] : [204];
    if (kind === 'stand-ins') return [200, { items: [], acting: 0 }];
    if (kind === 'proofs') return id ? missing('proof') : this.#photo(body);
    if (path === '/api/dispositions' && method === 'POST') return this.#order(body);
    if (path === '/api/dispositions') {
      const wanted = query.get('status')?.split(',');
      const items = this.dispositions.filter((d) => !wanted || wanted.includes(d.status));
      return [200, { items, total: items.length, at: iso(Date.now()) }];
    }
    const found = this.dispositions.find((d) => d.id === Number(id));
    if (!found) return missing('disposition');
    if (part === 'proofs') return [200, []];
    if (part === 'proof-tokens') {
      const expires_at = iso(Date.now() + 48 * hour);
      return [
        200,
        { tokens: Array.from({ length: body.count }, () => ({ token: `t${++this.tokens}`, expires_at })) },
      ];
    }
    return [200, this.#detail(found)];
  }

  #tasks() {
    const open = this.dispositions.filter((d) => !['done', 'canceled', 'declined'].includes(d.status));
    return open.map((d, i) => ({
      ...d,
      order: i + 1,
      why: said(i === 1 ? 'Lewat tenggat, dan dekat dengan tujuan sebelumnya.' : 'Tenggat paling dekat.'),
      dist_m: 350 + 400 * i,
      may: this.#may(d),
      reminder: said('Pengingat 2 jam sebelum tenggat; naik ke camat bila lewat.'),
    }));
  }

  #may(d) {
    const can = order.filter((k) => moves[k][0].includes(d.status));
    return [...can.filter((k) => k !== 'pass_on' || this.role === 'camat'), 'note'];
  }

  #detail(d) {
    return {
      ...d,
      chain: [d, ...this.parts.filter((p) => p.parent_id === d.id)],
      attachments: [],
      party: 'addressee',
      may: this.#may(d),
      below: this.role === 'camat' ? ['Kel. Sidodadi', 'Kel. Air Putih'] : [],
    };
  }

  #step(s) {
    const answer = { client_id: s.client_id };
    if (this.arrived.has(s.client_id)) return { ...answer, outcome: 'known' };
    const d = this.dispositions.find((x) => x.id === s.disposition_id);
    const refused = this.refusals.get(s.kind);
    if (!d || refused) return { ...answer, outcome: 'refused', code: 'conflict', problem: refused ?? 'gone' };
    const move = moves[s.kind];
    if (move && !move[0].includes(d.status)) {
      return { ...answer, outcome: 'refused', code: 'conflict', problem: `step ${s.kind} cannot be taken` };
    }
    this.arrived.set(s.client_id, s);
    if (move) d.status = move[1];
    if (s.percent !== undefined) d.percent = s.percent;
    d.last_at = iso(Date.now());
    d.steps = [
      ...d.steps,
      {
        ...s,
        id: d.id * 100 + d.steps.length,
        at: d.last_at,
        by: 'Lurah Contoh',
        role: this.role,
        to: d.status,
      },
    ];
    return { ...answer, outcome: 'added', status: d.status };
  }

  #photo(body) {
    const { fields } = body;
    const refused = this.refusals.get('photo');
    if (refused) {
      return [422, { title: 'invalid', status: 422, code: 'invalid', detail: refused }];
    }
    if (!this.photos.has(fields.client_id)) this.photos.set(fields.client_id, { ...fields, size: body.size });
    return [200, { id: 900 + this.photos.size, client_id: fields.client_id, stage: fields.stage }];
  }

  #order(body) {
    if (!this.arrived.has(body.client_id)) {
      this.arrived.set(body.client_id, body);
      const parent = this.dispositions.find((d) => d.id === body.parent_id);
      if (parent) parent.status = 'passed_on';
    }
    return [200, this.#detail(this.dispositions[0])];
  }

  #notices(method, id, part, body) {
    if (id === 'preferences') {
      if (method === 'PUT') this.preferences = { ...this.preferences, ...body };
      return [200, this.preferences];
    }
    if (id === 'chats') return this.#chats(method, part, body);
    if (id === 'test') {
      this.notices.unshift(
        this.#notice(this.notices.length + 1, 'Percobaan pemberitahuan.', '/pengaturan', Date.now()),
      );
      return [204];
    }
    if (part === 'read') {
      const found = this.notices.find((n) => n.id === Number(id));
      if (found) found.read_at ??= iso(Date.now());
      return [204];
    }
    return [200, { items: this.notices, unread: this.notices.filter((n) => !n.read_at).length }];
  }

  /** The officer's own chats; bind() is what a message with the code does. */
  #chats(method, part, body) {
    if (method === 'DELETE') {
      this.chats = this.chats.filter((c) => c.id !== Number(part));
      return [204];
    }
    const source = this.chatSources.find((s) => s.slug === (body?.source ?? 'whatsapp'));
    if (method === 'GET') return [200, { contacts: this.chats, sources: this.chatSources }];
    const line = 'BK 12345678';
    const link =
      source.channel === 'whatsapp'
        ? 'https://wa.me/62541000000?text=BK%2012345678'
        : 'https://t.me/SamarindaBot?start=BK12345678';
    const until = iso(Date.now() + 15 * 60_000);
    return [200, { code: '12345678', until, line, address: source.address, link }];
  }

  bind(slug) {
    const source = this.chatSources.find((s) => s.slug === slug);
    const at = iso(Date.now());
    this.chats.push({
      id: this.chats.length + 1,
      source: slug,
      name: source.name,
      channel: source.channel,
      mask: '•••• 0001',
      bound_at: at,
      heard_at: at,
      asked_again_at: iso(Date.now() + 90 * 24 * hour),
    });
  }
}

/** A made-up public key of the right form (P-256, uncompressed). */
const vapid = 'BEl62iUYgUivxIkv69yViEuiBIa-Ib9-SkvMeAtA3LFgDzkrxZJjSgSnfckjBJuBkr3qBUYIHBQFLXYp5Nksh8U';
const iso = (at) => new Date(at).toISOString();
const said = (text) => ({ text, text_en: text });
const missing = (what) => [
  404,
  { title: 'not_found', status: 404, code: 'not_found', detail: `there is no such ${what}` },
];

/** The fields of a multipart form and the size of its file. @param {Buffer} raw @param {string} type */
export function formOf(raw, type) {
  const boundary = `--${/boundary=(.+)$/.exec(type)?.[1] ?? ''}`;
  const fields = {};
  let size = 0;
  for (const part of raw.toString('latin1').split(boundary).slice(1, -1)) {
    const [head, ...rest] = part.split('\r\n\r\n');
    const content = rest.join('\r\n\r\n').slice(0, -2);
    const name = /name="([^"]+)"/.exec(head)?.[1] ?? '';
    if (/filename=/.test(head)) size = content.length;
    else fields[name] = Buffer.from(content, 'latin1').toString('utf8');
  }
  return { fields, size };
}
