import { groupReports } from './incidents.mjs';
import { cells, generator, ring, union, warped } from './shapes.mjs';

/*
 * A made-up day in a city with Samarinda's names: what the test double serves.
 * Every figure, text and border here is invented.
 */

const minute = 60_000;
const hour = 60 * minute;
const cityCode = '64.72';

const districts = [
  ['Palaran', 117.185, -0.6, 'Rawa Makmur,Handil Bakti,Bukuan,Simpang Pasir,Bantuas'],
  ['Samarinda Seberang', 117.13, -0.525, 'Sungai Keledang,Baqa,Mesjid,Mangkupalas,Tenun,Gunung Panjang'],
  [
    'Samarinda Ulu',
    117.12,
    -0.475,
    'Teluk Lerong Ilir,Jawa,Air Putih,Sidodadi,Air Hitam,Dadi Mulya,Gunung Kelua,Bukit Pinang',
  ],
  ['Samarinda Ilir', 117.17, -0.505, 'Selili,Sungai Dama,Sidomulyo,Sidodamai,Pelita'],
  [
    'Samarinda Utara',
    117.19,
    -0.38,
    'Sempaja Selatan,Lempake,Sungai Siring,Sempaja Utara,Tanah Merah,Sempaja Timur,Sempaja Barat,Budaya Pampang',
  ],
  [
    'Sungai Kunjang',
    117.08,
    -0.52,
    'Loa Bakung,Loa Buah,Karang Asam Ulu,Lok Bahu,Teluk Lerong Ulu,Karang Asam Ilir,Karang Anyar',
  ],
  ['Sambutan', 117.22, -0.52, 'Sungai Kapih,Sambutan,Makroman,Sindang Sari,Pulau Atas'],
  ['Sungai Pinang', 117.165, -0.455, 'Temindung Permai,Sungai Pinang Dalam,Gunung Lingai,Mugirejo,Bandara'],
  ['Samarinda Kota', 117.15, -0.495, 'Karang Mumus,Pelabuhan,Pasar Pagi,Bugis,Sungai Pinang Luar'],
  ['Loa Janan Ilir', 117.115, -0.575, 'Simpang Tiga,Tani Aman,Sengkotek,Harapan Baru,Rapak Dalam'],
];

const categories = [
  [
    'jalan-rusak',
    'Jalan rusak',
    'Damaged roads',
    'DPUPR',
    10,
    [
      'Jalan berlubang di depan pasar, sudah dua motor jatuh pekan ini',
      'Aspal mengelupas sepanjang gang, mohon diperbaiki',
    ],
  ],
  [
    'banjir-drainase',
    'Banjir dan drainase',
    'Floods and drains',
    'DPUPR',
    5,
    [
      'Air naik selutut di gang kami sejak subuh, parit tersumbat',
      'Parit penuh lumpur, setiap hujan air masuk rumah warga',
      'Genangan belum surut dari tadi malam, kendaraan tidak bisa lewat',
    ],
  ],
  [
    'sampah',
    'Sampah',
    'Waste',
    'DLH',
    3,
    [
      'Sampah menumpuk tiga hari belum diangkut, baunya sampai ke sekolah',
      'TPS penuh, sampah sudah ke badan jalan',
    ],
  ],
  [
    'lampu-jalan',
    'Lampu jalan',
    'Street lights',
    'Dishub',
    5,
    ['Lampu jalan padam sepanjang tikungan, rawan kecelakaan', 'Tiga lampu penerangan mati sejak pekan lalu'],
  ],
  [
    'air-bersih',
    'Air bersih',
    'Water supply',
    'Perumdam',
    3,
    ['Air PDAM tidak mengalir sejak pagi', 'Air keruh dan berbau, sudah dua hari'],
  ],
  [
    'pohon-tumbang',
    'Pohon',
    'Trees',
    'DLH',
    2,
    ['Pohon tumbang menutup separuh jalan', 'Dahan besar hampir patah di atas kabel listrik'],
  ],
  [
    'parkir-liar',
    'Parkir liar',
    'Illegal parking',
    'Dishub',
    3,
    ['Parkir dua lapis di depan ruko, jalan jadi macet'],
  ],
  [
    'ketertiban',
    'Ketertiban umum',
    'Public order',
    'Satpol PP',
    5,
    ['Balap liar tiap malam Minggu, warga tidak bisa tidur'],
  ],
  [
    'adminduk',
    'Administrasi kependudukan',
    'Civil registration',
    'Disdukcapil',
    5,
    ['KTP sudah sebulan belum jadi, mohon kejelasan'],
  ],
  ['kesehatan', 'Kesehatan', 'Health', 'Dinkes', 3, ['Antrean puskesmas panjang, obat sering habis']],
];
const channels = ['call-112', 'whatsapp', 'web', 'loket'];

const indicators = [
  [
    'muka-air-karang-mumus',
    'Muka air Karang Mumus',
    'Karang Mumus water level',
    'm',
    'down',
    'city',
    'last',
    600,
    2,
    1,
    0.98,
    [
      ['perhatian', 1],
      ['siaga', 1.25],
      ['awas', 1.5],
    ],
    'sensor-air',
  ],
  [
    'curah-hujan',
    'Curah hujan',
    'Rainfall',
    'mm',
    'down',
    'district',
    'max',
    3600,
    1,
    2,
    22,
    [
      ['perhatian', 50],
      ['siaga', 100],
    ],
    'bmkg',
  ],
  [
    'harga-beras',
    'Harga beras medium',
    'Price of rice',
    'Rp/kg',
    'down',
    'city',
    'mean',
    86400,
    0,
    3,
    15150,
    [['perhatian', 15500]],
    'harga-pangan',
  ],
  [
    'hunian-rs',
    'Keterisian tempat tidur RS',
    'Hospital beds in use',
    '%',
    'down',
    'city',
    'mean',
    7200,
    1,
    4,
    64,
    [
      ['perhatian', 80],
      ['siaga', 90],
    ],
    'rumah-sakit',
  ],
  ['pm25', 'PM2,5', 'PM2.5', 'µg/m³', 'down', 'city', 'mean', 3600, 1, 5, 18, [['perhatian', 55.5]], 'bmkg'],
  [
    'kecepatan-jalan',
    'Kecepatan jalan utama',
    'Speed on main roads',
    'km/jam',
    'up',
    'district',
    'mean',
    900,
    1,
    6,
    27,
    [],
    'lalu-lintas',
  ],
  [
    'muka-air-benanga',
    'Muka air Bendungan Benanga',
    'Benanga dam level',
    'm',
    'none',
    'city',
    'last',
    600,
    2,
    7,
    7.12,
    [['siaga', 7.6]],
    'sensor-air',
  ],
];

const iso = (at) => new Date(at).toISOString();

function makeAreas() {
  const random = generator(64);
  const sites = districts.flatMap(([, lon, lat, names], d) => {
    const spread = [0.05, 0.012, 0.03, 0.014, 0.06, 0.028, 0.04, 0.022, 0.009, 0.025][d] ?? 0.02;
    return names
      .split(',')
      .map(() => [lon + (random() - 0.5) * 2 * spread, lat + (random() - 0.5) * 2 * spread]);
  });
  const hull = Array.from({ length: 36 }, (_, i) => {
    const turn = (i / 36) * 2 * Math.PI;
    return [117.165 + 0.13 * Math.cos(turn), -0.49 + 0.195 * Math.sin(turn)];
  });
  const made = cells(sites, hull, 1);
  const list = [
    {
      code: cityCode,
      name: 'Samarinda',
      level: 'kota',
      parent_code: '64',
      label: [117.15, -0.5],
      area_km2: 718,
    },
  ];
  const features = { kelurahan: [], kecamatan: [] };
  let at = 0;
  districts.forEach(([name, , , names], d) => {
    const code = `${cityCode}.${String(d + 1).padStart(2, '0')}`;
    const own = [];
    names.split(',').forEach((village, v) => {
      const cell = made.cells[at];
      const villageCode = `${code}.${1001 + v}`;
      own.push(cell);
      list.push({
        code: villageCode,
        name: village,
        level: 'kelurahan',
        parent_code: code,
        label: warped(made.sites[at]),
        area_km2: 1 + random() * 12,
        population: Math.round(4000 + random() * 26000),
        population_year: 2025,
      });
      const properties = { code: villageCode, name: village, parent_code: code };
      features.kelurahan.push(feature(properties, { type: 'Polygon', coordinates: [ring(cell)] }));
      at++;
    });
    const labels = list.filter((a) => a.parent_code === code).map((a) => a.label);
    const middle = [0, 1].map((i) => labels.reduce((sum, l) => sum + l[i], 0) / labels.length);
    list.push({
      code,
      name,
      level: 'kecamatan',
      parent_code: cityCode,
      label: middle,
      area_km2: 20 + random() * 100,
    });
    const properties = { code, name, parent_code: cityCode };
    features.kecamatan.push(
      feature(properties, {
        type: 'MultiPolygon',
        coordinates: union(own).map((polygon) => [ring(polygon)]),
      }),
    );
  });
  const areas = list.map((a) => ({ ...a, approximate: true, outline_source: 'hitungan Balaikota' }));
  return { areas, features };
}

const feature = (properties, geometry) => ({
  type: 'Feature',
  properties: { ...properties, approximate: true, outline_source: 'hitungan Balaikota' },
  geometry,
});

/** The made-up city at a moment. */
export function makeWorld(now = Date.now(), seed = 7) {
  const random = generator(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const { areas, features } = makeAreas();
  const villages = areas.filter((a) => a.level === 'kelurahan');
  const wet = new Set(
    villages
      .filter((a) => a.parent_code === '64.72.08')
      .slice(0, 4)
      .map((a) => a.code),
  );
  let nextId = 1000;

  function makeReport(at, forced = {}) {
    const flood = random() < 0.3;
    const category = flood ? categories[1] : pick(categories);
    const area = pick(flood && random() < 0.75 ? villages.filter((a) => wet.has(a.code)) : villages);
    const age = now - at;
    const done = random() < Math.min(0.75, age / (72 * hour));
    const seen = done || random() < 0.5;
    const due = at + category[4] * 24 * hour;
    const exact = random() < 0.7;
    return {
      id: nextId++,
      source: random() < 0.6 ? 'lapor' : 'call-112',
      external_id: `L-${nextId}`,
      channel: pick(channels),
      created_at: iso(at),
      ...(seen && { responded_at: iso(at + Math.min(age / 2, random() * 5 * hour)) }),
      ...(done && { closed_at: iso(at + Math.min(age * 0.9, random() * 60 * hour)) }),
      due_at: iso(due),
      text: pick(category[5]),
      ...(exact && {
        lon: area.label[0] + (random() - 0.5) * 0.008,
        lat: area.label[1] + (random() - 0.5) * 0.008,
      }),
      area_code: area.code,
      stated_area: area.code,
      category: category[0],
      office: category[3],
      status: done ? 'closed' : seen ? 'in_progress' : 'open',
      simulated: true,
      ...forced,
    };
  }

  const reports = Array.from({ length: 420 }, () => now - random() ** 2 * 8 * 24 * hour)
    .sort((a, b) => a - b)
    .map((at) => makeReport(at))
    .reverse();

  const declared = indicators.map(
    ([slug, name, en, unit, direction, grain, aggregation, fresh, decimals, rank, , limits]) => ({
      slug,
      name,
      name_en: en,
      unit,
      direction,
      grain,
      aggregation,
      fresh_for_seconds: fresh,
      min: 0,
      decimals,
      rank,
      visible_to: [],
      thresholds: limits.map(([level, value]) => ({
        level,
        above: true,
        value,
        source: 'Ambang contoh',
        effective_on: '2026-01-01',
      })),
      definition: `Definisi contoh untuk ${name.toLowerCase()}.`,
      origin: 'pack',
    }),
  );

  const curve = (row, at, shift = 0) => {
    const base = row[10];
    const t = at / hour + shift;
    if (row[0] === 'muka-air-karang-mumus') {
      const ahead = (now - at) / hour;
      return base + 0.3 * Math.exp(-ahead / 4) + 0.05 * Math.sin(t / 2) + 0.02 * Math.sin(t * 2.7);
    }
    return (
      base * (1 + 0.09 * Math.sin(t / 3.8) + 0.05 * Math.sin(t / 1.3 + shift) + 0.02 * Math.sin(t * 3.1))
    );
  };
  const severityOf = (declaration, value) =>
    declaration.thresholds.filter((l) => value >= l.value).at(-1)?.level ?? 'info';

  function makeStates(at = now) {
    return indicators.flatMap((row, i) => {
      const places =
        row[5] === 'city' ? [cityCode] : areas.filter((a) => a.level === 'kecamatan').map((a) => a.code);
      // One kecamatan has no rain gauge: a gap on the map.
      const known = row[0] === 'curah-hujan' ? places.slice(0, 9) : places;
      return known.map((code, p) => {
        const value = Number(
          (curve(row, at, p * 2.3) * (row[0] === 'curah-hujan' ? 0.4 + p * 0.33 : 1)).toFixed(3),
        );
        return {
          indicator: row[0],
          area_code: code,
          time: iso(at - (row[12] === 'rumah-sakit' ? 15 * hour : (i % 3) * 3 * minute)),
          value,
          previous: Number(curve(row, at - 24 * hour, p * 2.3).toFixed(3)),
          severity: severityOf(declared[i], value),
          source: row[12],
          received_at: iso(at),
          simulated: true,
        };
      });
    });
  }

  function makeSeries(slug, area, from, to, step) {
    const row = indicators.find((r) => r[0] === slug);
    if (!row) return undefined;
    const size = step === 'day' ? 24 * hour : step === 'hour' ? hour : 10 * minute;
    const points = [];
    for (let at = Math.ceil(from / size) * size; at <= to; at += size) {
      const missing = slug === 'pm25' && Math.floor(at / hour) % 24 < 2;
      if (!missing) points.push({ time: iso(at), value: Number(curve(row, at).toFixed(3)) });
    }
    return {
      indicator: slug,
      area_code: area || cityCode,
      step,
      unit: row[3],
      from: iso(from),
      to: iso(to),
      points,
    };
  }

  const alert = (key, kind, severity, headline, evidence, extra = {}) => ({
    key,
    kind,
    severity,
    headline,
    evidence,
    area_codes: [],
    since: iso(now - 50 * minute),
    simulated: true,
    ...extra,
  });
  const alerts = [
    alert(
      'threshold:muka-air-karang-mumus',
      'threshold',
      'siaga',
      'Muka air Karang Mumus melewati batas siaga',
      '1,28 m pada 15 menit terakhir, naik 18 cm dalam 3 jam; batas siaga 1,25 m.',
      {
        headline_en: 'Karang Mumus water level is above the warning limit',
        advice: 'Siagakan pompa Sempaja dan buka posko di Sungai Pinang Dalam.',
        office: 'BPBD',
        area_codes: [...wet],
        source: 'sensor-air',
        since: iso(now - 12 * minute),
      },
    ),
    alert(
      'cap:hujan-lebat',
      'warning',
      'perhatian',
      'Peringatan dini hujan lebat disertai petir sampai malam',
      'Berlaku untuk 3 kecamatan; peluang hujan lebat sejak sore hari.',
      {
        advice: 'Umumkan kepada warga di bantaran sungai.',
        office: 'BPBD',
        area_codes: ['64.72.05', '64.72.08', '64.72.03'],
        until: iso(now + 5 * hour),
        source: 'bmkg',
        attribution: 'BMKG',
      },
    ),
    alert(
      'surge:banjir-drainase',
      'surge',
      'siaga',
      'Laporan banjir melonjak di empat kelurahan Sungai Pinang',
      '37 laporan dalam 90 menit, biasanya 2 dalam sehari.',
      {
        advice: 'Kirim tim reaksi cepat dan cocokkan dengan data muka air.',
        office: 'DPUPR',
        area_codes: [...wet],
        since: iso(now - 70 * minute),
      },
    ),
    alert(
      'overdue:dlh',
      'overdue',
      'perhatian',
      '14 laporan sampah lewat tenggat di Loa Bakung dan Karang Asam Ulu',
      'Tertua 6 hari; norma 3 hari kerja.',
      {
        office: 'DLH',
        area_codes: ['64.72.06.1001', '64.72.06.1003'],
        since: iso(now - 26 * hour),
      },
    ),
    alert(
      'threshold:harga-beras',
      'threshold',
      'perhatian',
      'Harga beras medium mendekati batas perhatian',
      'Rp 15.420 per kilogram, naik 2,1 persen dalam sepekan.',
      {
        office: 'Disdag',
        since: iso(now - 9 * hour),
      },
    ),
    alert(
      'source:rumah-sakit',
      'source',
      'perhatian',
      'Data keterisian rumah sakit berhenti masuk',
      'Terakhir diterima kemarin sore; dijanjikan tiap 2 jam.',
      {
        office: 'Diskominfo',
        since: iso(now - 15 * hour),
        source: 'rumah-sakit',
      },
    ),
    alert(
      'quake:1',
      'quake',
      'info',
      'Gempa M4,1 di laut, 182 km timur Samarinda',
      'Tidak berpotensi tsunami.',
      {
        source: 'bmkg',
        attribution: 'BMKG',
      },
    ),
  ];

  const source = (slug, name, connector, freshness, every, lag, extra = {}) => ({
    slug,
    name,
    connector,
    freshness,
    pull: freshness,
    schedule: `@every ${every}s`,
    expect_seconds: every,
    last_attempt: iso(now - minute),
    last_success: iso(now - lag),
    last_data: iso(now - lag),
    next_attempt: iso(now + every * 1000),
    failures: 0,
    rows_today: Math.round(random() * 900),
    rows_total: Math.round(9000 + random() * 90000),
    refused: 0,
    owner: 'Diskominfo',
    simulated: true,
    ...extra,
  });
  const sources = [
    source('bmkg', 'BMKG prakiraan dan peringatan', 'bmkg', 'langsung', 600, 4 * minute, {
      attribution: 'BMKG',
      owner: 'BMKG',
      simulated: false,
    }),
    source('lapor', 'Laporan warga', 'open311', 'langsung', 60, 20_000, { refused: 3 }),
    source('call-112', 'Panggilan 112', 'httpjson', 'langsung', 60, 40_000, { owner: 'BPBD' }),
    source('sensor-air', 'Sensor muka air', 'httpjson', 'langsung', 300, 2 * minute, { owner: 'DPUPR' }),
    source('harga-pangan', 'Harga pangan', 'files', 'tertunda', 86400, 55 * hour, { owner: 'Disdag' }),
    source('rumah-sakit', 'Keterisian rumah sakit', 'httpjson', 'terputus', 7200, 15 * hour, {
      owner: 'Dinkes',
      failures: 8,
      last_error: 'Server rumah sakit menjawab 503 sejak kemarin sore.',
    }),
    source('lalu-lintas', 'Kecepatan jalan', 'httpjson', 'langsung', 300, minute, { owner: 'Dishub' }),
  ];

  const city = {
    code: cityCode,
    name: 'Samarinda',
    timezone: 'Asia/Makassar',
    utc_offset_label: 'WITA',
    centre: [117.15, -0.5],
    bbox: [117.03, -0.7, 117.3, -0.29],
    simulated: true,
    version: '0.1.0-uji',
    attributions: ['Cuaca dan gempa: BMKG'],
  };
  const offices = [...new Set(categories.map((c) => c[3]))].map((short, i) => ({
    id: i + 1,
    short_name: short,
    name: short,
    kind: 'opd',
    aliases: [],
  }));
  const listed = categories.map(([slug, name, en, office, days]) => ({
    slug,
    name,
    name_en: en,
    words: [],
    office,
    working_days_to_close: days,
    origin: 'pack',
  }));
  const world = {
    now,
    city,
    areas,
    features,
    categories: listed,
    offices,
    indicators: declared,
    states: makeStates(),
    makeStates,
    makeSeries,
    reports,
    makeReport,
    alerts,
    sources,
    grouping: { at: iso(now), reports: 0, waiting: 0, review: 0 },
    incidentMeta: new Map(),
    nextIncident: 300,
  };
  groupReports(world);
  return world;
}
