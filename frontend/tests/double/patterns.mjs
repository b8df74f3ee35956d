import { generator } from './shapes.mjs';

/* Made-up hotspots and flood risks over the made-up city. */

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
    inputs: [],
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
