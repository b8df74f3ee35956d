/*
 * Advice and dispositions of the test double: made up, like everything it
 * serves. It keeps what is decided, so that tests can follow it.
 */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const iso = (at) => new Date(at).toISOString();
const said = (text, text_en = text) => ({ text, text_en });

const problem = (status, code, detail, location) => [
  status,
  { title: code, status, code, detail, ...(location && { errors: [{ location, message: detail }] }) },
];

/** The following midnight in the city (WITA) after so many days. */
const endOfDay = (now, days) => Math.floor((now + 8 * hour) / day) * day - 8 * hour + (days + 1) * day;

const kinds = [
  ['bersihkan-drainase', 'Bersihkan drainase', 'Clean drains', true, 'reports', 14, -55, -30, -5],
  ['angkut-sampah', 'Angkut sampah tertunda', 'Collect waste', true, 'reports', 7, -70, -45, -20],
  ['siagakan-pompa', 'Siagakan pompa', 'Ready the pumps', false, 'indicator', 3, -20, -10, 0],
  [
    'selesaikan-tunggakan',
    'Selesaikan laporan tertunggak',
    'Clear the backlog',
    false,
    'overdue',
    14,
    -80,
    -50,
    -25,
  ],
].map(([slug, name, name_en, proof, measure, effect_days, low, mid, high]) => ({
  slug,
  name,
  name_en,
  proof,
  measure,
  effect_days,
  low,
  mid,
  high,
  effect_source: 'Perkiraan contoh',
  cost_low: slug === 'bersihkan-drainase' ? 8_000_000 : 0,
  cost_high: slug === 'bersihkan-drainase' ? 25_000_000 : 0,
  cost_source: slug === 'bersihkan-drainase' ? 'Standar biaya contoh' : '',
}));

const rule = (slug, trigger, action, office, title, more = {}) => ({
  slug,
  enabled: true,
  trigger,
  action,
  categories: [],
  indicators: [],
  min_severity: 'perhatian',
  min_voices: 5,
  min_age_hours: 0,
  office,
  title,
  title_en: title,
  reason: 'Ada {suara} laporan dalam {jam} jam.',
  reason_en: '{suara} reports in {jam} hours.',
  risk: 'Keluhan bertambah.',
  risk_en: 'Complaints grow.',
  due_days: 2,
  due_hours: 0,
  weight: 1,
  replaces: [],
  contradicts: [],
  source: 'Aturan contoh',
  version: 1,
  changed_at: '2026-01-05T01:00:00Z',
  changed_by: 'Balaikota',
  ...more,
});

export class ActionsDouble {
  /** @param {() => any} world */
  constructor(world) {
    this.world = world;
    /** Whether there is any advice; the other tests look at alerts. */
    this.advice = false;
    this.refuse = false;
    this.noProofs = false;
    this.offline = false;
    /** Calls that decide, with their bodies. @type {{ path: string, body: any }[]} */
    this.decided = [];
    this.next = 60;
    this.now = Date.now();
    this.kinds = kinds;
    this.rules = [
      rule(
        'genangan-berulang',
        'incident',
        'bersihkan-drainase',
        'pemilik',
        'Bersihkan drainase di {tempat}',
        {
          categories: ['banjir-drainase'],
          min_severity: 'siaga',
        },
      ),
      rule('sampah-lewat', 'overdue', 'angkut-sampah', 'DLH', 'Angkut sampah di {tempat}'),
      rule('air-naik', 'indicator', 'siagakan-pompa', 'BPBD', 'Siagakan pompa di {tempat}', {
        due_days: 0,
        due_hours: 3,
        indicators: ['muka-air-karang-mumus'],
      }),
      rule('tunggakan', 'breach', 'selesaikan-tunggakan', 'pemilik', 'Selesaikan laporan tertunggak', {
        enabled: false,
      }),
    ];
    this.versions = new Map(this.rules.map((r) => [r.slug, [{ ...r, changed_for: '' }]]));
    this.recommendations = this.#recommendations();
    this.dispositions = this.#dispositions();
    this.steps = new Map(this.dispositions.map((d) => [d.id, this.#stepsOf(d)]));
  }

  static owns(path) {
    return /^\/api\/(recommendations|action-kinds|action-rules|dispositions|attachments|holidays|proofs)(\/|$)/.test(
      path,
    );
  }

  route(method, path, body, res, mood, role) {
    const [, , kind, id, part] = path.split('/');
    if (kind === 'holidays') return [200, { days: ['2026-01-01', '2026-12-25', '2027-01-01'] }];
    if (kind === 'action-kinds') return [200, this.kinds];
    if (kind === 'action-rules') return this.#ruleRoute(method, id, part, body);
    if (kind === 'attachments')
      return [200, { id: this.next++, name: 'foto.pdf', type: 'application/pdf', size: body.size }];
    if (kind === 'proofs') return this.#picture(res);
    if (kind === 'recommendations') return this.#adviceRoute(method, id, part, body, mood);
    if (id === 'addressees') return [200, { items: this.#addressees(role) }];
    return this.#orderRoute(method, Number(id) || 0, part, body, mood, role);
  }

  #addressees(role) {
    const sekda = { role: 'sekda', name: 'Sekretaris Daerah' };
    const offices = this.world().offices.map((o) => ({
      role: 'kepala_opd',
      office: o.short_name,
      name: o.name,
    }));
    return role === 'wali_kota' ? [sekda, ...offices] : offices;
  }

  #adviceRoute(method, id, part, body, mood) {
    const all = this.advice && mood !== 'empty' ? this.recommendations : [];
    const now = iso(Date.now());
    const waiting = all.filter((r) => r.status === 'proposed');
    if (id === 'top') {
      const items = [...waiting]
        .sort((a, b) => (a.override?.rank ?? a.rank) - (b.override?.rank ?? b.rank))
        .slice(0, 5);
      const nothing = said(
        'Tidak ada saran yang menunggu. Dari 3 aturan, tidak satu pun melihat hal baru yang perlu ditindak.',
      );
      return [200, { items, waiting: waiting.length, at: now, nothing }];
    }
    if (!id) return [200, { items: all, total: all.length, at: now }];
    const found = all.find((r) => r.id === Number(id));
    if (!found) return problem(404, 'not_found', 'there is no such recommendation');
    if (part === 'decide') return this.#decide(found, body);
    return [200, { ...found, changes: found.changes ?? [], order: this.#orderOf(found) }];
  }

  #orderOf(r) {
    return {
      client_id: '',
      office: r.office,
      copies: [],
      nature: r.due_hours ? 'segera' : 'biasa',
      subject: r.title,
      instruction: `${r.title}.\n${r.why.text}\nBila dibiarkan: ${r.risk.text}`,
      due_days: r.due_days ?? 0,
      due_hours: r.due_hours ?? 0,
      recommendation_id: r.id,
      action: r.action,
      area_code: r.area_code,
      place: r.place,
      incidents: r.incident_id ? [r.incident_id] : [],
      reports: [],
      attachments: [],
    };
  }

  #decide(r, body) {
    this.decided.push({ path: `/api/recommendations/${r.id}/decide`, body });
    if (this.refuse) return problem(403, 'forbidden', 'not yours to decide');
    if (body.decision === 'approve' && r.status === 'approved')
      return problem(409, 'conflict', 'it was approved');
    const was = r.status;
    if (body.decision === 'approve') {
      const made = this.#make({ ...this.#orderOf(r), ...body.order });
      Object.assign(r, {
        status: 'approved',
        disposition_id: made.id,
        disposition_number: made.number,
        disposition_status: 'sent',
      });
    }
    if (body.decision === 'decline')
      Object.assign(r, { status: 'declined', reason: body.reason, decided_by: 'Rina Contoh' });
    if (body.decision === 'postpone')
      Object.assign(r, { status: 'postponed', until: body.until, reason: body.reason });
    if (body.decision === 'reopen') r.status = 'proposed';
    if (body.decision === 'rank')
      r.override = body.rank
        ? { rank: body.rank - 0.5, by: 'Rina Contoh', at: iso(Date.now()), reason: body.reason }
        : undefined;
    (r.changes ??= []).push({
      at: iso(Date.now()),
      by: 'Rina Contoh',
      from: was,
      to: r.status,
      reason: body.reason,
    });
    return [200, r];
  }

  #make(order) {
    const known = this.dispositions.find((d) => d.client_id === order.client_id && order.client_id);
    if (known) return known;
    const id = this.next++;
    const now = Date.now();
    const office = this.world().offices.find((o) => o.short_name === order.office);
    const made = this.#order(id, {
      ...order,
      office_name: office?.name ?? order.office ?? 'Sekretaris Daerah',
      status: 'sent',
      sent_at: iso(now),
      last_at: iso(now),
      due_at:
        order.due_at ?? iso(order.due_hours ? now + order.due_hours * hour : endOfDay(now, order.due_days)),
      last_news: 'Baru dikirim.',
    });
    this.dispositions.unshift(made);
    this.steps.set(id, this.#stepsOf(made));
    return made;
  }

  #orderRoute(method, id, part, body, mood, role) {
    const now = iso(Date.now());
    const all = this.advice && mood !== 'empty' ? this.dispositions : [];
    if (!id && method === 'POST') {
      this.decided.push({ path: '/api/dispositions', body });
      if (this.refuse) return problem(403, 'forbidden', 'not yours to decide');
      return [200, this.#detail(this.#make(body), role)];
    }
    if (!id) return [200, { items: all, total: all.length, at: now }];
    const found = this.dispositions.find((d) => d.id === id);
    if (!found) return problem(404, 'not_found', 'there is no such disposition');
    if (part === 'steps') return this.#step(found, body);
    if (part === 'proofs') return [200, this.noProofs ? [] : id === 51 || id === 50 ? this.#proofs(id) : []];
    if (part === 'reporters') return [200, id === 50 ? this.#reporters() : []];
    if (part === 'effect')
      return found.status === 'done'
        ? [200, id === 50 ? this.#effect() : this.#effectAhead(found)]
        : problem(404, 'not_found', 'it is not done');
    return [200, this.#detail(found, role)];
  }

  #step(d, body) {
    this.decided.push({ path: `/api/dispositions/${d.id}/steps`, body });
    if (this.refuse)
      return [
        200,
        { client_id: body.client_id, outcome: 'refused', code: 'forbidden', problem: 'not yours' },
      ];
    const to =
      { confirm: 'done', reopen: 'working', cancel: 'canceled', reply: 'accepted', redirect: 'sent' }[
        body.kind
      ] ?? d.status;
    const was = d.status;
    d.status = to;
    if (to !== 'asked' && to !== 'hindered' && to !== 'proof_in') delete d.waits_on;
    if (to === 'done') Object.assign(d, { done_at: iso(Date.now()), done_by: 'sender' });
    if (body.due_at) d.due_at = body.due_at;
    d.last_at = iso(Date.now());
    if (body.text) d.last_news = body.text;
    const list = this.steps.get(d.id);
    list.push({
      id: list.length + 1,
      at: d.last_at,
      kind: body.kind,
      by: 'Rina Contoh',
      role: 'wali_kota',
      from: was,
      to,
      text: body.text,
      due_at: body.due_at,
    });
    return [200, { client_id: body.client_id, outcome: 'added', status: to }];
  }

  #detail(d, role) {
    const may = {
      sent: ['remind', 'extend', 'cancel', 'note'],
      accepted: ['remind', 'extend', 'cancel', 'note'],
      working: ['remind', 'extend', 'cancel', 'note'],
      passed_on: ['remind', 'extend', 'cancel', 'note'],
      asked: ['reply', 'extend', 'cancel', 'note'],
      hindered: ['reply', 'resume', 'extend', 'cancel', 'note'],
      proof_in: ['confirm', 'reopen', 'note'],
      declined: ['redirect', 'cancel', 'note'],
      done: ['reopen', 'note'],
      canceled: ['note'],
    }[d.status];
    const chain = this.dispositions.filter((x) => x.root_id === d.root_id).sort((a, b) => a.id - b.id);
    return {
      ...d,
      steps: this.steps.get(d.id),
      chain,
      attachments:
        d.id === 50 ? [{ id: 7, name: 'peta-lokasi.pdf', type: 'application/pdf', size: 182_000 }] : [],
      party: role === 'auditor' ? 'reader' : 'sender',
      may: role === 'auditor' ? ['note'] : may,
      below: [],
    };
  }

  #ruleRoute(method, slug, part, body) {
    if (!slug) return [200, this.rules];
    const at = this.rules.findIndex((r) => r.slug === slug);
    if (part === 'versions') return [200, [...(this.versions.get(slug) ?? [])].reverse()];
    if (method === 'PUT') {
      this.decided.push({ path: `/api/action-rules/${slug}`, body });
      const saved = {
        ...body.rule,
        slug,
        version: this.rules[at].version + 1,
        changed_at: iso(Date.now()),
        changed_by: 'Rina Contoh',
      };
      this.rules[at] = saved;
      this.versions.get(slug).push({ ...saved, changed_for: body.reason });
      return [200, saved];
    }
    return problem(404, 'not_found', 'there is no such rule');
  }

  #picture(res) {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="#7a8f6a"/><rect y="300" width="640" height="180" fill="#6b6259"/><path d="M40 480L260 300H380L600 480Z" fill="#8fa9b8"/></svg>';
    res.writeHead(200, { 'Content-Type': 'image/svg+xml' });
    res.end(svg);
    return 'taken';
  }

  #recommendations() {
    const w = this.world();
    const { now } = this;
    const reports = w.reports.slice(0, 12).map((r) => r.id);
    const rec = (id, rank, severity, title, office, more) => ({
      id,
      key: `contoh|${id}`,
      rule: 'genangan-berulang',
      action: 'bersihkan-drainase',
      action_name: 'Bersihkan drainase',
      trigger: 'incident',
      title,
      title_en: `EN ${title}`,
      why: said(
        '37 laporan dalam 90 menit, biasanya 2 dalam sehari; bila dibiarkan, air masuk rumah.',
        '37 reports in 90 minutes, usually 2 a day; if left, water enters homes.',
      ),
      evidence: [
        {
          kind: 'report',
          ...said('37 laporan genangan sejak pagi di empat kelurahan.'),
          ids: reports,
          area_code: '64.72.08.1002',
          value: 37,
          unit: 'laporan',
          limit: 5,
          at: iso(now - 5 * minute),
        },
        { kind: 'incident', ...said('Kejadian 301 terus membesar.'), ids: [301], at: iso(now - 8 * minute) },
        {
          kind: 'indicator',
          ...said('Muka air Karang Mumus 1,28 m, di atas batas siaga.'),
          key: 'muka-air-karang-mumus',
          value: 1.28,
          unit: 'm',
          limit: 1.25,
          at: iso(now - 15 * minute),
          source: 'BPBD',
        },
        {
          kind: 'flood',
          ...said('Risiko banjir 6 jam ke depan: awas.'),
          key: 'flood',
          area_code: '64.72.08.1002',
          at: iso(now - 10 * minute),
        },
        {
          kind: 'pattern',
          ...said('Laporan mengelompok dalam ruang dan waktu.'),
          key: 'hotspot:banjir-drainase',
          at: iso(now - hour),
        },
        {
          kind: 'forecast',
          ...said('Besok diperkirakan 14 laporan, biasanya 6.'),
          key: 'reports',
          area_code: '64.72.08',
          at: iso(now - hour),
        },
      ],
      risk: said('air masuk rumah'),
      severity,
      area_code: '64.72.08.1002',
      area_codes: ['64.72.08.1002', '64.72.08.1003'],
      place: 'Sungai Pinang Dalam',
      category: 'banjir-drainase',
      incident_id: 301,
      office,
      due_at: iso(endOfDay(now, 2)),
      due_days: 2,
      effect: {
        ...said('Dari 6 tindakan serupa, 5 berhasil.'),
        measure: 'reports',
        low: -55,
        mid: -38,
        high: -12,
        days: 14,
        from: 'ledger',
        cases: 6,
      },
      cost_low: 8_000_000,
      cost_high: 25_000_000,
      cost_source: 'Standar biaya contoh',
      past: [
        {
          disposition_id: 50,
          number: 'DSP/0050/X/2026',
          subject: 'Keruk parit Gang Melati',
          office: 'DPUPR',
          done_at: iso(now - 12 * day),
          effect: -62,
          low: -78,
          high: -31,
          outcome: 'worked',
        },
      ],
      score: 6.4 / rank,
      rank,
      parts: [
        { factor: 'dampak', value: 2.4, ...said('± 24.000 jiwa di dua kelurahan.') },
        { factor: 'mendesak', value: 2.0, ...said('Memburuk; hujan diperkirakan berlanjut 3 jam.') },
        { factor: 'dapat-ditindak', value: 1.33, ...said('Satu perangkat daerah, alat tersedia.') },
        { factor: 'bobot', value: 1, ...said('Bobot aturan.') },
      ],
      status: 'proposed',
      made_at: iso(now - rank * 25 * minute),
      changed_at: iso(now - rank * 10 * minute),
      data_at: iso(now - hour),
      trend: 'tetap',
      simulated: true,
      ...more,
    });
    return [
      rec(1, 1, 'awas', 'Bersihkan drainase di Sungai Pinang Dalam sebelum hujan sore', 'DPUPR', {
        trend: 'memburuk',
      }),
      rec(2, 2, 'siaga', 'Siagakan pompa Sempaja dan buka posko', 'BPBD', {
        trend: 'baru',
        due_days: 0,
        due_hours: 3,
        due_at: iso(now + 3 * hour),
        area_code: '64.72.05.1001',
        area_codes: ['64.72.05.1001'],
        place: 'Sempaja Selatan',
        why: said('Muka air 1,28 m, naik 18 cm dalam 3 jam; batas siaga 1,25 m.'),
      }),
      rec(3, 3, 'perhatian', 'Angkut sampah tertunda di Loa Bakung', 'DLH', {
        action_name: 'Angkut sampah tertunda',
        why: said('14 laporan sampah lewat tenggat; tertua 6 hari.'),
        area_code: '64.72.06.1001',
        area_codes: ['64.72.06.1001'],
        place: 'Loa Bakung',
        effect: {
          ...said(''),
          measure: 'reports',
          low: -70,
          mid: -45,
          high: -20,
          days: 7,
          from: 'rule',
          cases: 0,
          source: 'Perkiraan contoh',
        },
        past: [],
        cost_low: 0,
        cost_high: 0,
      }),
      rec(4, 4, 'perhatian', 'Perbaiki lampu jalan di Pelabuhan', 'Dishub', {
        trend: 'membaik',
        why: said('9 lampu padam dilaporkan dalam sepekan.'),
        place: 'Pelabuhan',
      }),
      rec(5, 5, 'info', 'Periksa mengapa Bantuas sepi laporan', 'Kel. Bantuas', {
        why: said('0 laporan dalam 14 hari, biasanya 4.'),
        place: 'Bantuas',
      }),
      rec(6, 6, 'info', 'Tambal jalan berlubang di Bukuan', 'DPUPR', {
        why: said('6 laporan jalan rusak.'),
        place: 'Bukuan',
      }),
      rec(7, 7, 'perhatian', 'Pasang rambu di Jalan Damai', 'Dishub', {
        status: 'withdrawn',
        rank: 0,
        withdrawn: said('Laporannya selesai 2 jam lalu; saran ini tidak perlu lagi.'),
      }),
      rec(8, 8, 'info', 'Tertibkan parkir di Pasar Pagi', 'Dishub', {
        status: 'declined',
        rank: 0,
        reason: 'Sudah dijadwalkan pekan depan.',
        decided_by: 'Sekretaris Daerah',
      }),
      rec(9, 9, 'perhatian', 'Kuras bak sampah Selili', 'DLH', {
        status: 'postponed',
        rank: 0,
        until: iso(now + 2 * day),
        reason: 'Menunggu armada kembali.',
      }),
    ];
  }

  #order(id, more) {
    return {
      id,
      number: `DSP/00${id}/XI/2026`,
      from: 'Wali Kota Samarinda',
      from_role: 'wali_kota',
      office: 'DPUPR',
      office_name: 'Dinas Pekerjaan Umum dan Penataan Ruang',
      to_role: 'kepala_opd',
      copies: [],
      nature: 'biasa',
      subject: 'Keruk parit',
      instruction: 'Keruk parit dan laporkan hasilnya.',
      status: 'sent',
      percent: 0,
      sent_at: iso(this.now - day),
      due_at: iso(endOfDay(this.now, 2)),
      last_at: iso(this.now - 2 * hour),
      proof: true,
      root_id: more.parent_id ? (this.dispositions?.find((d) => d.id === more.parent_id)?.root_id ?? id) : id,
      incidents: [],
      reports: [],
      rung: 0,
      simulated: true,
      ...more,
    };
  }

  #dispositions() {
    const { now } = this;
    const o = (id, more) => this.#order(id, more);
    return [
      o(44, {
        subject: 'Angkut sampah di Karang Asam Ulu',
        office: 'DLH',
        office_name: 'Dinas Lingkungan Hidup',
        last_news: 'Dibaca 20 menit lalu.',
        due_at: iso(now + 5 * hour),
        nature: 'segera',
      }),
      o(45, {
        subject: 'Tambal jalan di Handil Bakti',
        status: 'working',
        percent: 40,
        late_hours: 29,
        due_at: iso(now - 29 * hour),
        last_news: 'Aspal baru datang siang ini.',
        rung: 1,
      }),
      o(46, {
        subject: 'Periksa pompa Sempaja',
        status: 'accepted',
        office: 'BPBD',
        office_name: 'Badan Penanggulangan Bencana Daerah',
        last_news: 'Tim berangkat pukul 13.00.',
        proof: false,
      }),
      o(47, {
        subject: 'Normalisasi drainase Sempaja',
        status: 'passed_on',
        last_news: 'Diteruskan kepada Camat Samarinda Utara.',
        root_id: 47,
      }),
      o(48, {
        subject: 'Normalisasi drainase Sempaja, bagian Sempaja Timur',
        status: 'hindered',
        from: 'Camat Samarinda Utara',
        from_role: 'camat',
        office: 'Kel. Sempaja Timur',
        office_name: 'Lurah Sempaja Timur',
        to_role: 'lurah',
        to_area: '64.72.05.1006',
        area_code: '64.72.05.1006',
        parent_id: 47,
        root_id: 47,
        obstacle: 'alat',
        waits_on: 'Camat Samarinda Utara',
        last_news: 'Ekskavator dipakai di tempat lain.',
        late_hours: 3,
      }),
      o(49, {
        subject: 'Bersihkan TPS Selili',
        status: 'asked',
        office: 'DLH',
        office_name: 'Dinas Lingkungan Hidup',
        waits_on: 'Wali Kota Samarinda',
        last_news: 'Apakah armada swasta boleh dipakai?',
      }),
      o(50, {
        subject: 'Keruk parit Gang Melati',
        number: 'DSP/0050/X/2026',
        status: 'done',
        percent: 100,
        done_at: iso(now - 12 * day),
        done_by: 'reporter',
        sent_at: iso(now - 20 * day),
        last_at: iso(now - 12 * day),
        last_news: 'Pelapor membenarkan: sudah beres.',
        verdict: 'sah',
        reporter_word: 'yes',
        copies: ['BPBD', 'Kel. Sungai Pinang Dalam'],
        nature: 'segera',
        note: 'Koordinasikan dengan lurah setempat sebelum alat masuk gang.',
        instruction:
          'Proses lebih lanjut.\nKeruk parit Gang Melati dari RT 12 sampai RT 15 dan angkut lumpurnya pada hari yang sama. Laporkan dengan foto sebelum dan sesudah.',
        area_code: '64.72.08.1002',
        place: 'Gang Melati RT 12, Sungai Pinang Dalam',
        recommendation_id: 1,
        incidents: [301],
        reports: this.world()
          .reports.slice(0, 3)
          .map((r) => r.id),
        action: 'bersihkan-drainase',
      }),
      o(51, {
        subject: 'Ganti tutup drainase Jalan Cendana',
        status: 'proof_in',
        percent: 100,
        waits_on: 'pemeriksa bukti',
        verdict: 'ragu',
        reporter_word: 'asked',
        last_news: 'Dua foto masuk.',
        due_at: iso(now + 30 * hour),
      }),
    ];
  }

  #stepsOf(d) {
    const at = Date.parse(d.sent_at);
    const steps = [{ kind: 'send', by: d.from, role: d.from_role, to: 'sent', at }];
    if (d.status !== 'sent') {
      steps.push({
        kind: 'read',
        by: d.office_name,
        role: d.to_role,
        from: 'sent',
        to: 'sent',
        at: at + hour,
      });
      steps.push({
        kind: 'accept',
        by: d.office_name,
        role: d.to_role,
        from: 'sent',
        to: 'accepted',
        at: at + 2 * hour,
      });
    }
    if (d.percent > 0)
      steps.push({
        kind: 'progress',
        by: d.office_name,
        role: d.to_role,
        from: 'accepted',
        to: 'working',
        at: at + 20 * hour,
        said_at: iso(at + 17 * hour),
        percent: 40,
        text: 'Separuh parit sudah dikeruk.',
        parts: [{ name: 'karung', quantity: 40, unit: 'buah' }],
      });
    if (d.status === 'hindered')
      steps.push({
        kind: 'hinder',
        by: d.office_name,
        role: d.to_role,
        from: 'accepted',
        to: 'hindered',
        at: at + 5 * hour,
        obstacle: 'alat',
        text: d.last_news,
      });
    if (d.status === 'asked')
      steps.push({
        kind: 'ask',
        by: d.office_name,
        role: d.to_role,
        from: 'accepted',
        to: 'asked',
        at: at + 5 * hour,
        text: d.last_news,
      });
    if (d.verdict)
      steps.push({
        kind: 'finish',
        by: d.office_name,
        role: d.to_role,
        from: 'working',
        to: 'proof_in',
        at: at + 30 * hour,
        text: 'Selesai.',
        proofs: [1, 2],
      });
    if (d.status === 'done')
      steps.push({
        kind: 'confirm',
        by: 'Balaikota',
        role: 'operator',
        from: 'proof_in',
        to: 'done',
        at: Date.parse(d.done_at),
        text: 'Pelapor membenarkan.',
      });
    return steps.map((s, i) => ({ id: i + 1, ...s, at: iso(s.at) }));
  }

  #reporters() {
    const at = iso(Date.now());
    const word = (n, more) => ({ report_id: n, asked_at: at, reach: 'sent', channel: 'surel', ...more });
    return [
      word(1, { answer: 'yes', answered_at: at }),
      word(2, { answer: 'no', answered_at: at }),
      word(3, {}),
      word(4, { reach: 'no_way', channel: undefined }),
      word(5, { reach: 'same', channel: undefined }),
    ];
  }

  #proofs(id) {
    const doubt = id === 51;
    const proof = (n, stage, verdict, more) => ({
      id: n,
      client_id: '00000000-0000-4000-8000-000000000001',
      disposition_id: id,
      stage,
      taken_at: iso(this.now - 13 * day),
      received_at: iso(this.now - 13 * day + minute),
      by: 'Lurah Sungai Pinang Dalam',
      distance_m: 14,
      width: 640,
      height: 480,
      sha256: '',
      note: '',
      verdict,
      machine: verdict,
      checks: [],
      summary: said('Semua pemeriksaan baik.'),
      ...more,
    });
    return [
      proof(1, 'before', 'sah', {}),
      proof(
        2,
        'after',
        doubt ? 'ragu' : 'sah',
        doubt && {
          summary: said('Foto ini perlu dilihat orang kedua.'),
          checks: [
            { name: 'tempat', outcome: 'baik', ...said('Diambil 14 m dari tempatnya.') },
            {
              name: 'sama',
              outcome: 'ragu',
              ...said('Mirip dengan foto DSP/0032 tanggal 3 November.'),
              look_at: said('Bandingkan pagar di kiri kedua foto.'),
            },
          ],
        },
      ),
    ];
  }

  /** Done today: nothing is measured yet. */
  #effectAhead(d) {
    const text = said(
      'Dampak: belum diukur; pengukuran mulai besok, hasil akhir setelah 30 hari.',
      'Effect: not measured yet; measuring begins tomorrow, the final result comes after 30 days.',
    );
    return {
      ...this.#effect(),
      ...{ disposition_id: d.id, number: d.number, outcome: 'measuring', text, matched: [], points: [] },
      ...{ change: undefined, low: undefined, high: undefined, measured_at: undefined },
    };
  }

  #effect() {
    const done = this.now - 12 * day;
    const date = (at) => iso(at + 8 * hour).slice(0, 10);
    const points = Array.from({ length: 35 }, (_, i) => {
      const at = done + (i - 23) * day;
      const after = i > 23;
      const wave = Math.sin(i / 2) * 1.4 + Math.cos(i * 1.7);
      return {
        day: date(at),
        seen: i === 9 ? null : Math.max(0, Math.round((after ? 3 : 8) + wave)),
        expected: after ? Number((8 + wave / 2).toFixed(1)) : null,
        low: after ? Number((5.2 + wave / 2).toFixed(1)) : null,
        high: after ? Number((11 + wave / 2).toFixed(1)) : null,
        others: Number((7.5 + Math.cos(i / 3)).toFixed(1)),
      };
    });
    return {
      disposition_id: 50,
      number: 'DSP/0050/X/2026',
      subject: 'Keruk parit Gang Melati',
      action: 'bersihkan-drainase',
      office: 'DPUPR',
      area_code: '64.72.08.1002',
      measure: 'reports',
      done_on: date(done),
      through: date(this.now - day),
      days: 11,
      season: 'hujan',
      seen: 34,
      expected: 89,
      expected_low: 61,
      expected_high: 120,
      change: -62,
      low: -72,
      high: -44,
      outcome: 'worked',
      text: said(
        '34 laporan dalam 11 hari sesudahnya, diperkirakan 89 tanpa tindakan: turun 62 % (44 sampai 72 %).',
        '34 reports in the 11 days after it, 89 expected without it: down 62 % (44 to 72 %).',
      ),
      method: 'Deret sesudahnya dibanding prakiraannya dan wilayah serupa.',
      matched: ['64.72.08.1003', '64.72.05.1001'],
      measured_at: iso(this.now - hour),
      final: false,
      points,
    };
  }
}
