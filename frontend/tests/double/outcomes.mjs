/*
 * Meetings, pages of offices, the city index, the ledger and proof to be judged
 * of the test double: made up. It keeps what is written and judged.
 */

const hour = 3_600_000;
const day = 24 * hour;
const iso = (at) => new Date(at).toISOString();
const said = (text, text_en = text) => ({ text, text_en });
const problem = (status, code, detail) => [status, { title: code, status, code, detail }];

/** Monday 00.00 WITA of the week of a moment. */
const mondayOf = (at) => {
  const days = Math.floor((at + 8 * hour) / day);
  return (days - ((days + 3) % 7)) * day - 8 * hour;
};
/** The ISO week of a Monday: its Thursday names the year. */
export const weekOf = (monday) => {
  const thursday = new Date(monday + 8 * hour + 3 * day);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const n = Math.floor((thursday.getTime() - first) / (7 * day)) + 1;
  return `${thursday.getUTCFullYear()}-W${String(n).padStart(2, '0')}`;
};

const accounts = {
  sent: ['Belum diterima oleh Dinas Lingkungan Hidup; 20 jam lewat batas.', 'Not yet taken; 20 hours late.'],
  hindered: [
    'Terhalang alat sejak Sabtu, 21 November 2026 10.00 WITA; menunggu Camat Samarinda Utara; 3 jam lewat batas.',
    'Hindered (equipment) since Sat 21 Nov 2026 10:00 WITA; waits on Camat Samarinda Utara; 3 hours late.',
  ],
  asked: [
    'Dinas Lingkungan Hidup bertanya Jumat, 20 November 2026 09.00 WITA; menunggu jawaban Wali Kota.',
    'Dinas Lingkungan Hidup asked on Fri 20 Nov 2026 09:00 WITA; waits for an answer of Wali Kota.',
  ],
  done: [
    'Selesai Kamis, 19 November 2026 09.00 WITA, dengan bukti foto yang sah, tepat waktu.',
    'Done Thu 19 Nov 2026 09:00 WITA, with valid photo proof, in time.',
  ],
};
const accountOf = (d) =>
  said(
    ...(accounts[d.status] ?? [
      'Sedang dikerjakan, 40 %; 29 jam lewat batas.',
      'Being done, 40%; 29 hours late.',
    ]),
  );

export class OutcomesDouble {
  /** @param {import('./actions.mjs').ActionsDouble} actions */
  constructor(actions) {
    this.actions = actions;
    this.now = Date.now();
    this.next = 10;
    /** @type {any} */
    this.minutes = undefined;
    /** Refuses what is written next with this answer. @type {any} */
    this.refuse = undefined;
    /** Bodies of what was written. @type {{ path: string, body: any }[]} */
    this.written = [];
    this.points = [
      this.#point(1, 'topic', 'Pompa cadangan untuk musim hujan', { owner: 'BPBD' }),
      this.#point(2, 'question', 'Siapa menjaga posko Sempaja pada akhir pekan?', { week: '2026-W40' }),
      this.#point(3, 'decision', 'Ekskavator dipinjam dari provinsi', {
        status: 'decided',
        reason: 'Mulai Selasa.',
        end_at: iso(this.now),
      }),
    ];
    this.reviews = this.#reviews();
  }

  static owns(path) {
    return /^\/api\/(meetings|office-pages|city-index|effects)(\/|$)|^\/api\/proofs\/(review$|\d+\/review$)/.test(
      path,
    );
  }

  route(method, path, body, mood, role) {
    const [, , kind, a, b] = path.split('/');
    if (method === 'POST') {
      this.written.push({ path, body });
      if (this.refuse) return this.refuse;
    }
    if (kind === 'meetings') return this.#meetingRoute(method, a, b, body, mood, role);
    if (kind === 'office-pages') return [200, mood === 'empty' ? [] : this.#pages()];
    if (kind === 'city-index') return [200, this.#index(mood)];
    if (kind === 'effects') return [200, { items: [], ledger: mood === 'empty' ? [] : this.#ledger() }];
    if (!['kepala_opd', 'camat', 'sekda', 'auditor'].includes(role))
      return problem(403, 'forbidden', 'not a second person');
    if (a === 'review') return [200, mood === 'empty' ? [] : this.reviews];
    // A second person's word is recorded with its reason, whichever it is.
    if ([...(body.reason ?? '')].length < 10) return problem(422, 'invalid', 'say why');
    this.reviews = this.reviews.filter((r) => r.proof.id !== Number(a));
    return [200, {}];
  }

  #meetingRoute(method, a, b, body, mood, role) {
    const holds = role === 'wali_kota' || role === 'sekda';
    if (method === 'POST' && !holds) return problem(403, 'forbidden', 'only mayor and secretary');
    if (method === 'POST' && a === 'points') {
      const point = this.points.find((p) => p.id === Number(b));
      if (!point) return problem(404, 'not_found', 'no such point');
      Object.assign(point, { status: body.status, reason: body.reason, end_at: iso(Date.now()) });
      return [200, point];
    }
    if (method === 'POST' && b === 'points') {
      const point = this.#point(this.next++, body.kind, body.text, { owner: body.owner, week: a });
      this.points.push(point);
      return [200, point];
    }
    if (method === 'POST') {
      this.minutes = {
        number: 7,
        closed_at: iso(Date.now()),
        closed_by: 'Rina Contoh',
        present: body.present,
        sha256: '9f2c41d07be35a6f9f2c41d07be35a6f9f2c41d07be35a6f9f2c41d07be35a6f',
      };
    }
    const monday = mondayOf(this.now);
    const until = a === 'sekarang' ? monday : this.#monday(a);
    if (until === undefined || until > monday) return problem(404, 'not_found', 'the meeting lies ahead');
    return [200, this.#meeting(until, mood)];
  }

  #monday(week) {
    const monday = mondayOf(this.now);
    for (let n = -60; n < 10; n++) if (weekOf(monday + n * 7 * day) === week) return monday + n * 7 * day;
    return undefined;
  }

  #meeting(until, mood) {
    const base = { week: weekOf(until), from: iso(until - 7 * day), until: iso(until), at: iso(this.now) };
    if (mood === 'empty' || until < mondayOf(this.now) - 30 * day)
      return {
        ...base,
        decided: [],
        done: [],
        not_done: [],
        advice: [],
        refused: [],
        points: [],
        summary: said(
          'Pekan lalu tidak ada disposisi, dan tidak ada yang menunggu.',
          'Last week there were no dispositions, and nothing waits.',
        ),
      };
    const all = this.actions.dispositions.map((d) => ({ ...d, account: accountOf(d) }));
    const done = all.slice(0, 2).map((d) => ({
      ...d,
      id: d.id + 100,
      status: 'done',
      done_by: 'proof',
      account: said(...accounts.done),
    }));
    done[0].effect = {
      disposition_id: done[0].id,
      outcome: 'worked',
      final: true,
      text: said(
        'Laporan sampah turun 38 % (selang 12–55 %) dalam 7 hari.',
        'Waste reports fell by 38% (interval 12–55%) in 7 days.',
      ),
    };
    const advice = this.actions.recommendations;
    return {
      ...base,
      decided: all.slice(0, 4),
      done,
      not_done: all.filter((d) => ['hindered', 'asked', 'working'].includes(d.status)),
      advice: advice.slice(0, 3),
      refused: advice
        .slice(3, 4)
        .map((r) => ({ ...r, status: 'declined', reason: 'Anggaran tahun ini habis.' })),
      points: this.points,
      summary: said(
        'Pekan lalu 4 disposisi dikirim dan 2 selesai. Belum selesai 3, 2 di antaranya menunggu pihak lain; 3 rekomendasi menunggu keputusan.',
        'Last week 4 dispositions were sent and 2 were done. Not done are 3, of which 2 wait on others; 3 recommendations wait for a decision.',
      ),
      ...(this.minutes && { minutes: this.minutes }),
    };
  }

  #point(id, kind, text, more) {
    return {
      id,
      week: weekOf(mondayOf(this.now)),
      kind,
      text,
      by: 'Wali Kota',
      at: iso(this.now - day),
      status: 'open',
      ...more,
    };
  }

  #pages() {
    const page = (office, name, late, expected, ratio, more = {}) => ({
      office,
      name,
      from: iso(this.now - 90 * day),
      until: iso(this.now),
      inherited: 24,
      received: 180,
      closed: 150,
      open: 54,
      cases: 168,
      late,
      expect_late: expected,
      ...(ratio && { ratio: ratio[0], ratio_low: ratio[1], ratio_high: ratio[2] }),
      standing: !ratio ? 'thin' : ratio[2] < 1 ? 'fewer' : ratio[1] > 1 ? 'more' : 'usual',
      median_hours: 62,
      sent: 9,
      done: 6,
      waiting: 2,
      proven: 5,
      text: said(
        'Menyelesaikan 150 dari 204 laporan; 24 di antaranya warisan.',
        'Closed 150 of 204 reports; 24 of them inherited.',
      ),
      notes: [],
      ...more,
    });
    return [
      page('DPUPR', 'Dinas Pekerjaan Umum dan Penataan Ruang', 41, 33.5, [1.2, 1.04, 1.41], {
        rain: 1.6,
        notes: [
          said(
            'Hujan 1,6 kali biasanya pada kurun ini; laporan banjir lebih sulit diselesaikan.',
            'Rain was 1.6 times the usual.',
          ),
        ],
      }),
      page('DLH', 'Dinas Lingkungan Hidup', 12, 18.2, [0.7, 0.51, 0.94]),
      page('Disperkim', 'Dinas Perumahan dan Permukiman', 9, 8.6, [1.03, 0.7, 1.5]),
      page('Kel. Sempaja Timur', 'Kelurahan Sempaja Timur', 1, 0.8, undefined, {
        cases: 3,
        received: 4,
        closed: 3,
        open: 2,
        inherited: 1,
        median_hours: undefined,
        sent: 1,
        done: 0,
        waiting: 0,
        proven: 0,
      }),
    ];
  }

  #index(mood) {
    const part = (slug, name, name_en, score, low, high, weight, more = {}) => ({
      slug,
      name,
      name_en,
      score,
      low,
      high,
      weight,
      cases: 400,
      fresh: 0.9,
      measured: true,
      text: said(`Berdasarkan 400 kasus.`, 'Resting on 400 cases.'),
      ...more,
    });
    const parts = [
      part('laporan', 'Penanganan laporan', 'Handling of reports', 68, 63, 73, 3),
      part('banjir', 'Ketahanan banjir', 'Flood resilience', 55, 42, 67, 2),
      part('tindakan', 'Tindakan yang berhasil', 'Actions that worked', 61, 40, 80, 2, { cases: 12 }),
      part('udara', 'Udara', 'Air', 0, 0, 100, 1, { measured: false, cases: 0, fresh: 0 }),
    ];
    return {
      area_code: '64.72',
      at: mood === 'empty' ? '0001-01-01T00:00:00Z' : iso(this.now),
      score: 62,
      low: 54,
      high: 70,
      fresh: 0.82,
      parts: mood === 'empty' ? [] : parts,
      text: said(
        'Naik 3 poin dari bulan lalu, masih dalam selangnya.',
        'Up 3 points from last month, within its interval.',
      ),
      method: 'Rata-rata berbobot; tiap bagian disusutkan ke rata-rata kota (Morris 1983).',
    };
  }

  #ledger() {
    const line = (action, name, cases, worked, change) => ({
      action,
      name,
      cases,
      worked,
      worse: 1,
      verified: cases - 1,
      median_hours: 40,
      ...(change && { change: change[0], low: change[1], high: change[2] }),
    });
    return [
      line('bersihkan-drainase', 'Bersihkan drainase', 14, 9, [-31, -44, -16]),
      line('angkut-sampah', 'Angkut sampah tertunda', 22, 18, [-46, -58, -33]),
      line('siagakan-pompa', 'Siagakan pompa', 2, 0),
      { ...line('angkut-sampah', 'Angkut sampah tertunda', 12, 10, [-50, -66, -30]), office: 'DLH' },
    ];
  }

  #reviews() {
    const check = (name, outcome, text, more = {}) => ({ name, outcome, ...said(text, text), ...more });
    const item = (id, subject, why, checks) => ({
      proof: {
        id,
        client_id: `00000000-0000-4000-8000-0000000000${id}`,
        disposition_id: id,
        stage: 'after',
        taken_at: iso(this.now - 3 * hour),
        received_at: iso(this.now - 2.8 * hour),
        by: 'Petugas Contoh',
        distance_m: 18,
        width: 640,
        height: 480,
        sha256: '',
        note: 'Selesai dikeruk.',
        verdict: 'ragu',
        machine: 'ragu',
        checks,
        summary: said('Dua hal perlu dilihat orang kedua.', 'Two things for a second person to look at.'),
      },
      matter: {
        number: `DSP/00${id}/XI/2026`,
        subject,
        office: 'Lurah Sempaja Timur',
        place: 'Jalan Contoh 4',
        area_code: '64.72.05.1006',
      },
      why,
      opened_at: iso(this.now - 2 * hour),
      before: [id + 1],
    });
    return [
      item(81, 'Bersihkan drainase Jalan Contoh', 'checks', [
        check('token', 'baik', 'Diambil di aplikasi dengan kode sekali pakai.'),
        check('tempat', 'baik', '18 m dari tempat pengerjaan.'),
        check('sama', 'buruk', 'Sangat mirip bukti nomor 40 dari 3 Oktober 2026.', {
          like: 40,
          score: 0.97,
          limit: 0.9,
          look_at: said('Susunan batu di kiri bawah sama.', 'The stones at the lower left are the same.'),
          region: [0.05, 0.6, 0.4, 0.35],
        }),
        // The picture from before is the one it shows the same view as.
        check('sudut', 'baik', 'Sudut pandang sama dengan foto sebelum pekerjaan.', { like: 82 }),
        check('sunting', 'ragu', 'Bagian tengah dikompresi lain dari sekitarnya.', {
          look_at: said('Tepi genangan di tengah.', 'The edge of the puddle in the middle.'),
          region: [0.4, 0.4, 0.25, 0.25],
        }),
        check('layar', 'tidak-diperiksa', 'Gambar terlalu kecil untuk diperiksa.'),
      ]),
      item(83, 'Angkut sampah Pasar Contoh', 'reporter', [
        check('tempat', 'baik', '18 m dari tempat pengerjaan.'),
      ]),
    ];
  }
}
