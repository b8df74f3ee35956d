import { generator } from './shapes.mjs';

/* Made-up patterns, hotspots, late reports and flood risks over the made-up city. */

const iso = (at) => new Date(at).toISOString();

/** GET /api/patterns/hotspots */
export function hotspots(world) {
  const random = generator(5);
  const at = world.areas.filter((a) => a.level === 'kelurahan');
  const size = 500 / 111_195;
  const cell = (lon, lat, heat, count) => ({
    type: 'Feature',
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [lon, lat],
          [lon + size, lat],
          [lon + size, lat + size],
          [lon, lat + size],
          [lon, lat],
        ],
      ],
    },
    properties: { count, around: count * 3, expected: 4.2, z: 4, p: 0.0001, q: 0.004, heat },
  });
  const features = [];
  for (const [n, area] of at.filter((a) => a.parent_code === '64.72.08').entries()) {
    const [lon, lat] = area.label;
    features.push(cell(lon, lat, 'panas_99', 12 + n));
    features.push(cell(lon + size, lat, 'panas_95', 7));
    features.push(cell(lon, lat - size, 'panas_90', 5));
    features.push(cell(lon + 3 * size * random(), lat + 4 * size, 'biasa', 2));
  }
  const empty = world.reports.length === 0;
  return {
    type: 'FeatureCollection',
    from: iso(world.now - 28 * 86_400_000),
    to: iso(world.now),
    checked_at: iso(world.now),
    category: '',
    level: 'cell',
    measure: 'count',
    reports: world.reports.length,
    places: 310,
    ...(empty && { lacking: 'few_reports' }),
    features: empty ? [] : features,
  };
}

/** GET /api/hazards/flood */
export function flood(world) {
  const wet = new Map(
    world.areas
      .filter((a) => a.parent_code === '64.72.08')
      .map((a, i) => [a.code, ['awas', 'siaga', 'siaga', 'perhatian', 'perhatian'][i]]),
  );
  const risk = (area, hours) => {
    const level = wet.get(area.code) ?? 'info';
    const score = { awas: 0.86, siaga: 0.61, perhatian: 0.34, info: 0.06 }[level];
    const reason = (factor, points, text, text_en) => ({
      factor,
      value: 31,
      unit: 'mm',
      points,
      share: points / 3,
      text,
      text_en,
    });
    return {
      area_code: area.code,
      area_name: area.name,
      horizon_hours: hours,
      at: iso(world.now - 4 * 60_000),
      level,
      skor: score,
      skor_low: score,
      skor_high: Math.min(1, score + (level === 'siaga' ? 0.12 : 0)),
      since: iso(world.now - 95 * 60_000),
      reasons:
        level === 'info'
          ? []
          : [
              reason(
                'hujan-1-jam',
                1.6,
                'Hujan 31 mm dalam 1 jam terakhir',
                'Rain of 31 mm in the last hour',
              ),
              reason('pasang', 0.9, 'Air pasang 1,9 m sampai pukul 21.00', 'Tide of 1.9 m until 21:00'),
              reason('laporan', 0.5, '12 laporan genangan dalam 3 jam', '12 reports of flooding in 3 hours'),
            ],
      missing: level === 'siaga' ? ['muka air: data terputus 3 jam'] : [],
      missing_en: level === 'siaga' ? ['water level: no data for 3 hours'] : [],
    };
  };
  const villages = world.areas.filter((a) => a.level === 'kelurahan');
  return {
    at: iso(world.now - 4 * 60_000),
    hazard: 'banjir',
    risks: villages.flatMap((a) => [risk(a, 6), risk(a, 24)]),
    inputs: [
      ['hujan', 'curah-hujan', 'Hujan'],
      ['muka-air', 'muka-air-karang-mumus', 'Muka air Karang Mumus'],
      ['muka-air', 'muka-air-benanga', 'Muka air Benanga'],
    ].map(([role, slug, name]) => ({
      role,
      slug,
      name,
      freshness: 'segar',
      newest: iso(world.now),
      text: name,
      text_en: name,
    })),
    recipients: [],
    levels: [],
    simulated: true,
    method:
      'Skor dari hujan, pasang, muka air, peringatan BMKG, dan laporan warga dengan bobot yang dinyatakan.',
    weights: [],
  };
}

/** GET /api/forecasts?subject=reports */
export function forecasts(world, area) {
  const day = 86_400_000;
  return [
    {
      kind: 'reports',
      area_code: area,
      made_at: iso(world.now),
      through: iso(world.now).slice(0, 10),
      method: 'mean',
      points: Array.from({ length: 14 }, (_, i) => {
        const mean = 6 + 1.5 * Math.sin(i);
        return {
          day: iso(world.now + (i + 1) * day).slice(0, 10),
          mean,
          low: mean - 2 - i * 0.2,
          high: mean + 2 + i * 0.2,
        };
      }),
      coverage: 0.81,
      days: 120,
    },
  ];
}

/** GET /api/patterns: last looked for three minutes ago, mass closings this morning. */
export function checked(world) {
  const at = iso(world.now - 180_000);
  const checks = [
    { kind: 'hotspot', checked_at: at },
    { kind: 'mass_closing', checked_at: iso(world.now - 10 * 3_600_000) },
  ];
  return { items: found(world), checked_at: at, checks };
}

function found(world) {
  if (world.reports.length === 0) return [];
  const day = 86_400_000;
  const pattern = (kind, days, over) => ({
    key: `${kind}:${over.category ?? ''}:${over.area_code ?? over.office}`,
    kind,
    severity: 'info',
    area_codes: over.area_code ? [over.area_code] : [],
    since: iso(world.now - days * day),
    until: iso(world.now),
    seen: 34,
    expected: 9.2,
    reasons: [],
    reasons_en: [],
    method: 'Made-up method (Nobody 1999)',
    alerted: false,
    simulated: true,
    ...over,
  });
  return [
    pattern('hotspot', 5, {
      severity: 'perhatian',
      area_code: '64.72.08.1002',
      area_codes: ['64.72.08.1002', '64.72.08.1001', '64.72.08.1003'],
      category: 'banjir-drainase',
      recurrence_days: 4000,
      headline: '34 laporan banjir dan drainase di Sungai Pinang Dalam dan sekitarnya dalam 5 hari',
      headline_en: '34 reports of floods and drains in Sungai Pinang Dalam and around within 5 days',
      evidence: 'Wajarnya 9,2 menurut tempat dan harinya; kebetulan begini sekali dalam 11 tahun',
      evidence_en: '9.2 would be usual for the place and the days; accident brings this once in 11 years',
      advice: 'Periksa bersama: mungkin satu sebab untuk beberapa kejadian.',
      advice_en: 'Look at them together: several incidents may have one cause.',
      alerted: true,
    }),
    pattern('drift', 12, {
      area_code: '64.72',
      category: 'sampah',
      headline: 'Naik pelan: 34 laporan sampah di seluruh kota',
      headline_en: 'Slow rise: 34 reports of waste in the whole city',
      evidence: 'Dalam 12 hari biasanya 9,2; setiap hari sedikit di atas kebiasaan',
      evidence_en: '9.2 is usual in 12 days; each day a little above the habit',
    }),
    pattern('silent', 28, {
      area_code: '64.72.01.1005',
      seen: 1,
      headline: 'Sepi: hanya 1 laporan di Bantuas dalam 28 hari',
      headline_en: 'Quiet: only 1 report in Bantuas within 28 days',
      evidence: 'Menurut masa lalunya dan keadaan kota biasanya 9,2; semua sumber berjalan',
      evidence_en: "By its own past and the city's present pace 9.2 would be usual; all sources run",
    }),
    pattern('campaign', 2, {
      headline: '34 laporan berteks hampir sama dalam 30 jam',
      headline_en: '34 reports with nearly the same text within 30 hours',
      area_codes: ['64.72.05.1001', '64.72.05.1002'],
      evidence: '2 wilayah, 3 pelapor',
      evidence_en: '2 areas, 3 reporters',
      reasons: ['34 laporan berteks hampir sama dalam tiga hari.', '30 di antaranya dari pelapor yang sama.'],
      reasons_en: [
        '34 reports with nearly the same text within three days.',
        '30 of them by the same reporter.',
      ],
      reports: world.reports.slice(0, 9).map((r) => r.id),
    }),
    pattern('mass_closing', 2, {
      office: 'DLH',
      headline: 'DLH menutup 34 laporan pada akhir Mei',
      headline_en: 'DLH closed 34 reports at the end of May',
      evidence: 'Dua hari kerja biasanya 9,2',
      evidence_en: 'Two working days usually see 9.2',
      reasons: ['34 ditutup dalam sepuluh menit yang sama; bisa juga karena dicatat sekaligus.'],
      reasons_en: ['34 closed within the same ten minutes; perhaps recorded all at once.'],
    }),
  ];
}

/** GET /api/deadlines/at-risk */
export function atRisk(world) {
  const running = world.reports.filter((r) => !r.closed_at && Date.parse(r.due_at) > world.now);
  return {
    at: iso(world.now),
    within: iso(world.now + 2 * 86_400_000),
    tested: running.length > 0 ? 812 : 0,
    brier: 0.14,
    base: 0.21,
    items: running.slice(0, 24).map((report, i) => ({
      report,
      probability: 0.95 - i * 0.02,
      working_days_left: 1.4,
      why: 'Sudah 3,2 hari kerja, sisa 1,4; dari 214 laporan sejenis yang masih terbuka pada umur ini, banyak yang tidak selesai dalam sisa waktu itu.',
      why_en:
        '3.2 working days old, 1.4 left; of 214 such reports still open at this age, many were not settled in the time that is left.',
    })),
  };
}
