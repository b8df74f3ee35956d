/*
 * The assistant of the test double: scripted exchanges of every status and every
 * kind of block, with the server's routes and its stream of steps. It understands
 * nothing; a word of the question picks the script.
 */

const iso = (at) => new Date(at).toISOString();
const day = 24 * 3_600_000;
const id = new Intl.NumberFormat('id-ID');

const figure = (n, label, value, unit = 'laporan', extra = {}) => ({
  id: `E${n}`,
  label,
  value,
  unit,
  decimals: 0,
  ...extra,
});
const chip = (kind, value, text, assumed = false) => ({ kind, value, text, ...(assumed && { assumed }) });

const periodTexts = {
  hari_ini: 'hari ini',
  bulan_ini: 'bulan ini',
  bulan_lalu: 'bulan lalu',
  '7_hari_terakhir': '7 hari terakhir',
};

function measure(w, call) {
  const input = { measure: 'laporan_masuk', category: 'sampah', period: '7_hari_terakhir', ...call?.input };
  const area = w.areas.find((a) => a.code === input.area);
  const period = periodTexts[input.period] ?? input.period;
  const value = input.period === 'bulan_lalu' ? 1482 : 214;
  const where = area ? ` di ${area.name}` : '';
  return {
    status: 'answered',
    text: `Ada ${id.format(value)} laporan sampah${where} ${period}, naik 12,5 % dari masa sebelumnya.`,
    value,
    unit: 'laporan',
    category: 'sampah',
    figures: [
      figure(1, `Laporan masuk, Sampah${where}, ${period}`, value, 'laporan', { n: value }),
      figure(2, 'Perubahan dari masa sebelumnya', 12.5, '%', {
        decimals: 1,
        operation: 'change',
        of: ['E1', 'E3'],
      }),
    ],
    chips: [
      chip('measure', 'laporan_masuk', 'Laporan masuk'),
      chip('category', input.category, 'Sampah'),
      chip('area', input.area ?? '', area ? area.name : 'seluruh kota', !input.area),
      chip('period', input.period, period, !call),
    ],
    call: { tool: 'ukur', input },
    caveats: ['Sumber WhatsApp tertunda 12 menit.'],
    follow_ups: ['Kelurahan mana yang terbanyak?', 'Bagaimana tren muka air?'],
  };
}

function rank(w) {
  const items = w.areas
    .filter((a) => a.level === 'kecamatan')
    .map((a, i) => ({
      key: a.code,
      label: a.name,
      value: 61 - i * 6,
      figure: `E${i + 1}`,
    }));
  const [first] = items;
  return {
    status: 'answered',
    text: `Terbanyak di ${first?.label}: ${first?.value} laporan 7 hari terakhir.`,
    value: first?.value,
    unit: 'laporan',
    area: first?.key,
    figures: items.map((i, n) =>
      figure(n + 1, `Laporan masuk, ${i.label}`, i.value, 'laporan', { n: i.value }),
    ),
    blocks: [
      { kind: 'bars', title: 'Laporan masuk menurut kecamatan', unit: 'laporan', items },
      {
        kind: 'table',
        title: 'Rincian',
        columns: ['Kecamatan', 'Laporan', 'Perubahan'],
        rows: items.slice(0, 4).map((i) => [i.label, String(i.value), '+12,5 %']),
      },
    ],
    chips: [
      chip('measure', 'laporan_masuk', 'Laporan masuk'),
      chip('by', 'kecamatan', 'menurut kecamatan'),
      chip('top', '10', '10 teratas', true),
      chip('period', '7_hari_terakhir', '7 hari terakhir', true),
    ],
    call: {
      tool: 'peringkat',
      input: { measure: 'laporan_masuk', by: 'kecamatan', top: 10, period: '7_hari_terakhir' },
    },
  };
}

function trend(w) {
  const items = Array.from({ length: 14 }, (_, i) => ({
    key: iso(w.now - (13 - i) * day).slice(0, 10),
    label: '',
    value: i === 5 ? null : Number((0.9 + 0.3 * Math.sin(i / 2.2) + i * 0.012).toFixed(2)),
  }));
  return {
    status: 'answered',
    text: 'Muka air Karang Mumus naik dua hari ini, terakhir 1,18 m.',
    value: 1.18,
    unit: 'm',
    figures: [figure(1, 'Muka air Karang Mumus, terakhir', 1.18, 'm', { decimals: 2, time: iso(w.now) })],
    blocks: [{ kind: 'line', title: 'Muka air Karang Mumus', unit: 'm', decimals: 2, limit: 1.25, items }],
    chips: [
      chip('indicator', 'muka-air-karang-mumus', 'Muka air Karang Mumus'),
      chip('by', 'hari', 'per hari'),
    ],
    call: {
      tool: 'tren',
      input: { measure: 'indikator_terakhir', indicator: 'muka-air-karang-mumus', by: 'hari' },
    },
  };
}

function forecast(w) {
  const items = Array.from({ length: 14 }, (_, i) => ({
    key: iso(w.now + (i - 7) * day).slice(0, 10),
    label: '',
    value: 50 + Math.round(9 * Math.sin(i)),
    ...(i > 7 && { low: 38 - i, high: 62 + i }),
  }));
  return {
    status: 'answered',
    text: 'Besok diperkirakan 52 laporan, antara 29 dan 71.',
    value: 52,
    unit: 'laporan',
    figures: [
      figure(1, 'Prakiraan laporan besok', 52),
      figure(2, 'Batas bawah', 29),
      figure(3, 'Batas atas', 71),
    ],
    blocks: [{ kind: 'line', title: 'Laporan per hari', unit: 'laporan', items }],
    chips: [chip('days', '7', '7 hari ke depan', true)],
    call: { tool: 'prakiraan', input: { days: 7 } },
    offline: false,
    spending: {
      provider: 'contoh',
      model: 'model-uji',
      calls: 3,
      input_tokens: 4100,
      output_tokens: 320,
      rupiah: 41.6,
    },
  };
}

function map(w) {
  const villages = w.areas.filter((a) => a.level === 'kelurahan');
  return {
    status: 'answered',
    text: `Laporan banjir 30 hari terakhir terbanyak di ${villages[0]?.name}: 34.`,
    value: 34,
    unit: 'laporan',
    area: villages[0]?.code,
    figures: [figure(1, `Laporan masuk, Banjir, ${villages[0]?.name}`, 34)],
    blocks: [
      {
        kind: 'map',
        title: 'Laporan banjir per kelurahan',
        unit: 'laporan',
        level: 'kelurahan',
        highlight: [villages[0]?.code],
        items: villages.map((a, i) => ({
          key: a.code,
          label: a.name,
          value: i % 11 === 7 ? null : Math.max(0, 34 - i),
        })),
      },
    ],
    chips: [chip('level', 'kelurahan', 'per kelurahan')],
    call: { tool: 'tampilkan_di_peta', input: { measure: 'laporan_masuk', level: 'kelurahan' } },
  };
}

function reports(w) {
  const ids = w.reports.slice(0, 7).map((r) => r.id);
  return {
    status: 'answered',
    text: 'Ada 7 laporan terbaru; yang terbaru lebih dulu.',
    value: 7,
    unit: 'laporan',
    figures: [figure(1, 'Laporan yang cocok', 7)],
    blocks: [{ kind: 'reports', title: 'Laporan', ids: [...ids, 999_999] }],
    chips: [chip('status', 'open', 'terbuka')],
    call: { tool: 'laporan_di', input: { status: 'open' } },
  };
}

function incidents() {
  return {
    status: 'answered',
    text: 'Kejadian ini berjalan, 9 laporan.',
    value: 9,
    unit: 'laporan',
    figures: [figure(1, 'Laporan dalam kejadian', 9)],
    blocks: [{ kind: 'incidents', title: 'Kejadian', ids: [301, 302] }],
    chips: [chip('id', '301', 'Kejadian 301')],
    call: { tool: 'kejadian', input: { id: 301 } },
  };
}

function draft(w) {
  return {
    status: 'answered',
    text: 'Ini konsepnya. Belum ada yang dikirim.',
    blocks: [
      {
        kind: 'draft',
        title: 'Konsep disposisi',
        draft: {
          office: 'DPUPR',
          area: w.areas[1]?.code,
          instruction: 'Bersihkan parit yang tersumbat dan laporkan hasilnya dengan foto.',
          due_on: iso(w.now + 3 * day).slice(0, 10),
          incidents: [301],
        },
      },
    ],
    chips: [chip('office', 'DPUPR', 'DPUPR')],
    call: { tool: 'konsep_disposisi', input: { office: 'DPUPR' } },
  };
}

function sources(w) {
  return {
    status: 'answered',
    text: 'Satu sumber terputus sejak kemarin.',
    blocks: [
      {
        kind: 'sources',
        title: 'Sumber data',
        items: w.sources.slice(0, 3).map((s) => ({ key: s.slug, label: s.name, value: null })),
      },
    ],
  };
}

function clarify(_w, call) {
  if (call) return { ...measure(_w, call) };
  const pick = (code, text) => ({
    text,
    call: { tool: 'ukur', input: { area: code, measure: 'laporan_masuk' } },
  });
  return {
    status: 'clarify',
    text: 'Samarinda yang mana?',
    options: [
      pick('64.72.03', 'Kecamatan Samarinda Ulu'),
      pick('64.72.09', 'Kecamatan Samarinda Kota'),
      { text: 'Seluruh kota' },
    ],
  };
}
const refuse = () => ({
  status: 'refused',
  text: 'Identitas pelapor tidak dibuka oleh asisten. Operator dapat membukanya di Laporan dengan alasan yang tercatat.',
});
const abstain = () => ({
  status: 'abstained',
  text: 'Tidak ada data harga emas. Yang ada: harga pangan.',
  follow_ups: ['Berapa harga cabai hari ini?'],
});
const fail = () => ({
  status: 'failed',
  text: 'Jawaban tidak dapat disusun. Coba lagi sebentar lagi.',
  receipt: '',
});
const markup = () => ({
  status: 'answered',
  text: 'Teks <b>apa adanya</b> <img src=x onerror=alert(1)> 12.',
  figures: [figure(1, '<i>label</i>', 12)],
});

/** Scripts by a word in the question; the first that fits is played. */
const scripts = [
  ['peringkat|terbanyak', rank],
  ['tren|muka air', trend],
  ['prakiraan|besok', forecast],
  ['peta', map],
  ['daftar laporan', reports],
  ['kejadian', incidents],
  ['disposisi', draft],
  ['sumber', sources],
  ['samarinda\\b', clarify],
  ['siapa pelapor', refuse],
  ['harga emas', abstain],
  ['rusak', fail],
  ['<b>', markup],
  ['', measure],
];

const spending = { calls: 0, input_tokens: 0, output_tokens: 0, rupiah: 0 };

export class AssistantDouble {
  /** @param {() => any} world */
  constructor(world) {
    this.world = world;
    this.voice = true;
    this.speech = true;
    /** Milliseconds between steps; 0 holds a question until release(). */
    this.pace = 40;
    this.conversations = new Map();
    this.exchanges = new Map();
    this.pins = [];
    /** @type {{ path: string, body: any }[]} What was sent. */
    this.sent = [];
    /** @type {Buffer[]} Recordings that came in. */
    this.recordings = [];
    this.transcript = {
      text: 'Berapa laporan sampah di Sempaja Selatan?',
      corrections: [{ heard: 'semplaja', written: 'Sempaja' }],
    };
    this.voiceStatus = 200;
    this.refuseStreams = false;
    this.checkDiffers = false;
    this.streams = new Set();
    /** @type {(() => void) | undefined} Lets the next step of a held question happen. */
    this.release = undefined;
    this.next = 1;
    this.receipts = 122;
  }

  /** Whether a path is the assistant's. */
  static owns(path) {
    return /^\/api\/(assistant|conversations|questions|receipts|pins|voice|measures)(\/|$)/.test(path);
  }

  /** Answers a request. @returns {[number, unknown?, object?] | 'taken'} */
  route(method, path, body, req, res) {
    const [, , kind, key = '', action] = path.split('/');
    if (method !== 'GET') this.sent.push({ path: `${method} ${path}`, body });
    if (kind === 'assistant') return this.#state(key);
    if (kind === 'measures') return [200, measures];
    if (kind === 'conversations') return this.#conversations(method, Number(key), action, body);
    if (kind === 'questions') return this.#question(method, Number(key), action, body, req, res);
    if (kind === 'receipts') return this.#receipt(Number(key), action);
    if (kind === 'pins') return this.#pins(method, Number(key), body);
    return this.#voice(key, body, req, res);
  }

  #state(key) {
    if (key === 'suggestions') {
      return [
        200,
        [
          {
            text: 'Mengapa laporan banjir di Sungai Pinang Dalam naik?',
            reason: 'Naik dari 9 menjadi 34 sejak kemarin.',
          },
          {
            text: 'OPD mana yang paling banyak lewat tenggat?',
            reason: 'Enam laporan lewat tenggat sejak tadi malam.',
          },
        ],
      ];
    }
    if (key === 'usage') return [200, usage];
    return [
      200,
      {
        voice: this.voice,
        ...(!this.voice && { voice_help: 'Suara belum aktif: isi BALAIKOTA_STT_URL di pengaturan server.' }),
        speech: this.speech,
        text_leaves: false,
      },
    ];
  }

  #conversations(method, key, action, body) {
    if (!key && method === 'GET') return [200, [...this.conversations.values()].reverse()];
    if (!key) return [200, this.begin('')];
    const found = this.conversations.get(key);
    if (!found) return [404, problem('not_found', 404)];
    if (method === 'DELETE') {
      this.conversations.delete(key);
      return [204];
    }
    if (action === 'messages') return [202, this.#ask(found, body)];
    const exchanges = [...this.exchanges.values()].filter((e) => e.question.conversation_id === key);
    return [200, { conversation: found, exchanges }];
  }

  /** An earlier conversation. */
  begin(title, at = Date.now()) {
    const made = { id: this.next++, title, created_at: iso(at), changed_at: iso(at), questions: 0 };
    this.conversations.set(made.id, made);
    return made;
  }

  /** A conversation that began elsewhere: by a chat or by mail. */
  hear(text, channel) {
    const made = this.begin('');
    this.#ask(made, { text, channel });
    return made;
  }

  #ask(conversation, body) {
    const question = {
      id: this.next++,
      conversation_id: conversation.id,
      text: body.text,
      asked_at: iso(Date.now()),
      at: iso(Date.now()),
      ...(body.spoken && { spoken: true }),
      ...(body.channel && { channel: body.channel }),
      ...(body.screen && { screen: body.screen }),
      ...(body.call && { call: body.call }),
    };
    conversation.title ||= body.text;
    conversation.questions++;
    conversation.changed_at = question.asked_at;
    const exchange = { question, answer: this.#answer(question, { status: 'running', text: '' }), steps: [] };
    this.exchanges.set(question.id, exchange);
    void this.#work(exchange);
    return structuredClone(exchange);
  }

  #answer(question, part) {
    return {
      question_id: question.id,
      figures: [],
      blocks: [],
      chips: [],
      options: [],
      caveats: [],
      follow_ups: [],
      offline: true,
      spending,
      at: question.at,
      answered_at: iso(Date.now()),
      took_ms: Math.max(1, Date.now() - Date.parse(question.asked_at)),
      ...part,
    };
  }

  async #work(exchange) {
    const steps = [
      ['memahami', 'Membaca pertanyaan.'],
      ['mengambil', 'Menghitung laporan masuk.', 'ukur'],
      ['menyusun', 'Menyusun jawaban.'],
      ['memeriksa', 'Mencocokkan setiap angka dengan buktinya.'],
    ];
    for (const [i, [kind, text, tool]] of steps.entries()) {
      if (exchange.answer.status !== 'running') return;
      const step = { seq: i + 1, at: iso(Date.now()), kind, text, ...(tool && { tool }) };
      exchange.steps.push(step);
      this.#tell(exchange.question.id, 'step', step);
      if (this.pace > 0) await new Promise((next) => setTimeout(next, this.pace));
      else await new Promise((next) => (this.release = () => next(undefined)));
    }
    if (exchange.answer.status === 'running') this.#finish(exchange, this.#play(exchange.question));
  }

  #play(question) {
    const text = question.text.toLowerCase();
    const script = scripts.find(([words]) => new RegExp(String(words)).test(text));
    const part = /** @type {Function} */ (script?.[1])(this.world(), question.call);
    return { receipt: `B-${String(++this.receipts).padStart(6, '0')}`, ...part };
  }

  #finish(exchange, part) {
    exchange.answer = this.#answer(exchange.question, part);
    this.#tell(exchange.question.id, 'answer', exchange);
    for (const stream of this.streams) if (stream.question === exchange.question.id) stream.res.end();
  }

  #tell(question, event, data) {
    for (const stream of this.streams)
      if (stream.question === question)
        stream.res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Cuts every stream of steps, as a restart does. */
  cutStreams() {
    for (const stream of this.streams) stream.res.destroy();
    this.streams.clear();
  }

  #question(method, key, action, body, req, res) {
    const exchange = this.exchanges.get(key);
    if (!exchange) return [404, problem('not_found', 404)];
    if (action === 'cancel') {
      this.#finish(exchange, { status: 'canceled', text: 'Dibatalkan. Tidak ada jawaban.' });
      return [200, exchange];
    }
    if (action === 'verdict') {
      exchange.verdict = body;
      return [204];
    }
    if (action === 'steps') {
      if (this.refuseStreams) return [503, problem('internal', 503)];
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const stream = { question: key, res };
      this.streams.add(stream);
      req.on('close', () => this.streams.delete(stream));
      for (const step of exchange.steps) this.#tell(key, 'step', step);
      if (exchange.answer.status !== 'running') {
        this.#tell(key, 'answer', exchange);
        res.end();
      }
      return 'taken';
    }
    return [200, exchange];
  }

  #receipt(key, action) {
    const exchange = [...this.exchanges.values()].find((e) => Number(e.answer.receipt?.slice(2)) === key);
    if (!exchange) return [404, problem('not_found', 404)];
    const { answer, question } = exchange;
    if (action === 'check') {
      const differences = this.checkDiffers
        ? [
            {
              tool: 'ukur',
              label: answer.figures[0]?.label ?? '',
              unit: 'laporan',
              before: answer.figures[0]?.value ?? null,
              after: (answer.figures[0]?.value ?? 0) + 3,
              reason: 'arrived',
              text: 'Tiga laporan dari masa itu datang belakangan.',
            },
          ]
        : [];
      return [
        200,
        {
          number: key,
          chain: true,
          same: differences.length === 0,
          checked_at: iso(Date.now()),
          differences,
        },
      ];
    }
    const calls = answer.call
      ? [
          {
            ...answer.call,
            status: 'ok',
            figures: answer.figures,
            digest: 'ab'.repeat(32),
            data: { snapshot_at: question.at, seq: 1000, sources: ['lapor'], simulated: true },
          },
        ]
      : [];
    return [
      200,
      {
        number: key,
        question_id: question.id,
        question: question.text,
        asker: { role: 'operator' },
        at: question.at,
        answered_at: answer.answered_at,
        status: answer.status,
        answer: answer.text,
        calls,
        spending: answer.spending,
        program: '0.1.0-uji',
        previous: '',
        hash: 'cd'.repeat(32),
      },
    ];
  }

  #pins(method, key, body) {
    if (method === 'GET') return [200, this.pins];
    if (method === 'DELETE') {
      this.pins = this.pins.filter((p) => p.id !== key);
      return [204];
    }
    const exchange = this.exchanges.get(body.question_id);
    if (!exchange) return [404, problem('not_found', 404)];
    const { question, answer } = exchange;
    const pin = {
      id: this.next++,
      question_id: question.id,
      text: question.text,
      call: answer.call,
      pinned_at: iso(Date.now()),
      answer,
    };
    this.pins.push(pin);
    return [200, pin];
  }

  #voice(key, body, req, res) {
    if (key === 'transcriptions') {
      this.recordings.push(body);
      if (this.voiceStatus !== 200) return [this.voiceStatus, problem('internal', this.voiceStatus)];
      return [200, this.transcript];
    }
    if (!this.speech) return [204];
    if (/text\/plain/.test(req.headers.accept ?? '')) {
      res.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
      res.end(body.text);
      return 'taken';
    }
    res.writeHead(200, { 'Content-Type': 'audio/wav' });
    res.end(silence());
    return 'taken';
  }
}

/** A tenth of a second of nothing. */
function silence() {
  const wav = Buffer.alloc(44 + 3200);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + 3200, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(16_000, 24);
  wav.writeUInt32LE(32_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(3200, 40);
  return wav;
}

const problem = (code, status) => ({ title: code, status, code, detail: `the double says ${code}` });

const dimensions = ['kecamatan', 'kelurahan', 'kategori', 'opd', 'hari', 'minggu', 'bulan'];
const measures = [
  ['laporan_masuk', 'Laporan masuk', 'Reports received', 'laporan'],
  ['laporan_selesai', 'Laporan selesai', 'Reports closed', 'laporan'],
  ['laporan_lewat_tenggat', 'Laporan lewat tenggat', 'Overdue reports', 'laporan'],
].map(([slug, name, name_en, of]) => ({
  slug,
  name,
  name_en,
  unit: 'laporan',
  decimals: 0,
  of,
  additive: true,
  better: 'down',
  moment: false,
  least_n: 0,
  dimensions,
  definition: name,
  words: [],
}));

const usage = {
  month: iso(Date.now()).slice(0, 7),
  rupiah: 8_412_000,
  reserved: 1200,
  ceiling: 25_000_000,
  year_ceiling: 300_000_000,
  year_rupiah: 91_250_000,
  expected: 13_900_000,
  questions: 2140,
  offline: 1322,
  cached: 96,
  input_tokens: 9_120_000,
  output_tokens: 612_000,
  by_officer: [
    { name: 'Wali Kota', questions: 320, rupiah: 3_100_000, ceiling: 10_000_000 },
    { name: 'Sekretaris Daerah', questions: 210, rupiah: 1_900_000 },
  ],
  by_office: [{ name: 'Diskominfo', questions: 400, rupiah: 2_000_000, ceiling: 5_000_000 }],
  by_model: [{ name: 'model-uji', questions: 818, rupiah: 8_412_000 }],
  invoices: [
    { month: '2026-05', provider: 'contoh', model: 'model-uji', invoiced: 7_950_000, metered: 7_941_250 },
  ],
};
