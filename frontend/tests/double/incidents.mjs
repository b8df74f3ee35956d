import { generator } from './shapes.mjs';

/*
 * Incidents of the made-up city: reports of one category in one kelurahan are
 * taken as one matter. The double keeps which report stands where, and makes
 * incidents of that anew, so that merging and splitting really move reports.
 */

const day = 86_400_000;
const hour = 3_600_000;
const zone = 8 * hour;
const ranks = { info: 0, perhatian: 1, siaga: 2, awas: 3 };
const places = ['Gang Melati', 'Jalan Kenanga', 'Simpang Beringin', 'Pasar Subuh', 'Jalan Cempaka'];
const titles = {
  'jalan-rusak': 'Jalan berlubang',
  'banjir-drainase': 'Parit tersumbat dan air masuk rumah',
  sampah: 'Sampah tidak diangkut',
  'lampu-jalan': 'Lampu jalan padam',
  'air-bersih': 'Air tidak mengalir',
  'pohon-tumbang': 'Pohon tumbang',
  'parkir-liar': 'Parkir di badan jalan',
  ketertiban: 'Balap liar malam hari',
  adminduk: 'KTP belum jadi',
  kesehatan: 'Antrean puskesmas panjang',
};
const reasons = {
  awas: [
    { text: 'Air masuk rumah warga', text_en: 'Water entered homes' },
    { text: 'Menyebut anak dan lansia', text_en: 'Children and elderly people are named' },
  ],
  siaga: [{ text: 'Akses jalan tertutup', text_en: 'Road access is cut' }],
  perhatian: [{ text: 'Mengganggu banyak orang', text_en: 'Troubles many people' }],
  info: [],
};
const words = {
  'banjir-drainase': ['parit', 'air', 'tersumbat'],
  sampah: ['sampah', 'menumpuk', 'tps'],
  'jalan-rusak': ['jalan', 'berlubang', 'aspal'],
  'lampu-jalan': ['lampu', 'padam'],
};

const iso = (at) => new Date(at).toISOString();
const dayOf = (at) => Math.floor((Date.parse(at) + zone) / day);
const unfinished = (r) => r.status === 'open' || r.status === 'in_progress';

/** Puts the reports of a world into incidents and gives it what keeps them. */
export function groupReports(world) {
  const random = generator(31);
  const groups = new Map();
  for (const r of world.reports) {
    const key = `${r.category}|${r.area_code}`;
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  const sorted = [...groups.values()].sort((a, b) => b.length - a.length);
  for (const [g, reports] of sorted.entries()) {
    const id = ++world.nextIncident;
    const place = random() < 0.7 ? places[g % places.length] : undefined;
    world.incidentMeta.set(id, {
      place,
      flags: g === 1 ? ['kampanye'] : g === 3 ? ['satu_suara', 'tutup_massal'] : [],
      recurrence: g === 0 ? 2 : g === 4 ? 1 : 0,
      status: g === 2 ? 'watched' : undefined,
      doubtful: new Set(),
      rulings: [],
    });
    reports.forEach((r, i) => {
      r.incident_id = id;
      r.urgency = r.category === 'banjir-drainase' && reports.length > 8 ? 'awas' : urgencyOf(r, random());
      if (random() < 0.06) r.review = true;
      if (r.lon === undefined) {
        const [lon, lat] = world.areas.find((a) => a.code === r.area_code).label;
        r.guess = {
          lon: lon + (random() - 0.5) * 0.01,
          lat: lat + (random() - 0.5) * 0.01,
          radius_m: Math.round(150 + random() * 700),
        };
      }
      if (i > 1 && random() < 0.12) world.incidentMeta.get(id).doubtful.add(r.id);
    });
  }
  world.grouping = {
    at: iso(world.now - 2 * 60_000),
    reports: world.reports.length,
    waiting: 9,
    review: world.reports.filter((r) => r.review).length,
  };
}

function urgencyOf(report, dice) {
  if (report.category === 'pohon-tumbang') return 'siaga';
  if (report.category === 'banjir-drainase') return dice < 0.3 ? 'siaga' : 'perhatian';
  return dice < 0.15 ? 'perhatian' : 'info';
}

const membersOf = (world, id) =>
  world.reports
    .filter((r) => r.incident_id === id)
    .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));

function mode(values) {
  const counts = new Map();
  for (const v of values) if (v) counts.set(v, (counts.get(v) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** An incident as the wire carries it; undefined when no report stands in it. */
export function incidentOf(world, id) {
  const meta = world.incidentMeta.get(id);
  const members = membersOf(world, id);
  const [first, last] = [members[0], members.at(-1)];
  if (!meta || !first || !last) return undefined;
  const category = mode(members.map((m) => m.category));
  const area = mode(members.map((m) => m.area_code));
  const urgency = members.map((m) => m.urgency ?? 'info').sort((a, b) => ranks[b] - ranks[a])[0];
  const known = members.map((m) => (m.lon === undefined ? m.guess : m)).filter(Boolean);
  const middle = (key) => known.reduce((sum, m) => sum + m[key], 0) / known.length;
  const exact = members.filter((m) => m.lon !== undefined).length;
  const open = members.filter(unfinished).length;
  const start = Math.max(dayOf(first.created_at), dayOf(last.created_at) - 59);
  const daily = Array(dayOf(last.created_at) - start + 1).fill(0);
  for (const m of members) if (dayOf(m.created_at) >= start) daily[dayOf(m.created_at) - start]++;
  const name = world.areas.find((a) => a.code === area)?.name;
  const handled = open === 0 ? 'closed' : members.some((m) => m.status === 'in_progress') ? 'handled' : 'new';
  const status = meta.status ?? handled;
  return {
    id,
    title: meta.title ?? `${titles[category] ?? category} di ${meta.place ? `${meta.place}, ` : ''}${name}`,
    title_by: meta.title ? 'officer' : 'machine',
    category,
    area_code: area,
    areas: [...new Set([area, ...members.map((m) => m.area_code)])],
    ...(meta.place && { place: meta.place }),
    office: mode(members.map((m) => m.office)),
    ...(known.length && {
      lon: middle('lon'),
      lat: middle('lat'),
      radius_m: exact * 2 >= members.length ? 60 : 350,
    }),
    status,
    urgency,
    urgency_reasons: reasons[urgency],
    voices: members.length,
    unfinished: open,
    doubtful: members.filter((m) => meta.doubtful.has(m.id)).length,
    first_at: first.created_at,
    last_at: last.created_at,
    daily,
    daily_from: iso(start * day).slice(0, 10),
    channels: [...new Set(members.map((m) => m.channel))],
    why:
      members.length > 1
        ? {
            text: `Kategori sama, jarak paling jauh 240 m, kata yang berulang: ${(words[category] ?? ['sama']).join(', ')}.`,
            text_en: `Same category, at most 240 m apart, shared words: ${(words[category] ?? ['same']).join(', ')}.`,
          }
        : { text: 'Satu laporan; belum ada yang serupa.', text_en: 'One report; nothing alike so far.' },
    flags: meta.flags,
    ...(meta.recurrence && { recurrence: meta.recurrence }),
    ...(status === 'closed' && { closed_at: last.closed_at ?? iso(world.now) }),
    ...(meta.answer && { answer: meta.answer }),
    changed_at: iso(world.now),
    simulated: true,
  };
}

export function allIncidents(world) {
  const weight = (i) => i.voices / (1 + (world.now - Date.parse(i.last_at)) / day);
  return [...world.incidentMeta.keys()]
    .map((id) => incidentOf(world, id))
    .filter(Boolean)
    .sort((a, b) => ranks[b.urgency] - ranks[a.urgency] || weight(b) - weight(a) || b.id - a.id);
}
export const runs = (i) => i.status !== 'closed' && i.status !== 'dismissed';

/** GET /api/incidents */
export function incidentPage(world, query) {
  const statuses = query.get('status')?.split(',');
  const area = query.get('area');
  const found = allIncidents(world).filter(
    (i) =>
      (statuses ? statuses.includes(i.status) : runs(i)) &&
      (!area || i.areas.some((c) => `${c}.`.startsWith(`${area}.`))) &&
      (!query.get('category') || i.category === query.get('category')) &&
      (!query.get('office') || i.office === query.get('office')) &&
      i.voices >= (Number(query.get('min_voices')) || 1) &&
      ranks[i.urgency] >= ranks[query.get('min_urgency') ?? 'info'] &&
      (query.get('structural') !== 'true' || i.recurrence),
  );
  if (query.get('sort') === 'voices') found.sort((a, b) => b.voices - a.voices);
  if (query.get('sort') === 'newest') found.sort((a, b) => Date.parse(b.last_at) - Date.parse(a.last_at));
  const offset = Number(query.get('offset')) || 0;
  const limit = Number(query.get('limit')) || 50;
  return { items: found.slice(offset, offset + limit), total: found.length, grouping: world.grouping };
}

/** GET /api/incidents/{id} */
export function incidentDetail(world, id) {
  const meta = world.incidentMeta.get(id);
  const incident = incidentOf(world, meta?.into ?? id);
  if (!incident) return undefined;
  const own = world.incidentMeta.get(incident.id);
  const members = membersOf(world, incident.id).map((m, i) => ({
    ...m,
    ...(i > 0 && { score: own.doubtful.has(m.id) ? 0.46 : 0.93 - (i % 5) * 0.04 }),
    reasons:
      i === 0
        ? []
        : own.doubtful.has(m.id)
          ? [{ text: 'Dekat, tetapi kata-katanya lain', text_en: 'Near, but in other words' }]
          : [
              { text: '80 m dari laporan pertama', text_en: '80 m from the first report' },
              { text: 'menyebut hal yang sama', text_en: 'names the same matter' },
            ],
    ...(own.doubtful.has(m.id) && { doubtful: true }),
  }));
  const similar = allIncidents(world)
    .filter((i) => i.id !== incident.id && i.category === incident.category && i.status === 'closed')
    .slice(0, 3)
    .map((i, n) => ({
      id: i.id,
      title: i.title,
      first_at: i.first_at,
      voices: i.voices,
      office: i.office,
      days_to_close: 2.4 + n,
      ...(n !== 1 && { answer: 'Parit sudah dikeruk sepanjang 200 meter dan saringan sampah dipasang.' }),
      same_place: n === 0,
      why: { text: 'Kategori sama di kelurahan yang sama', text_en: 'Same category in the same kelurahan' },
    }));
  const quotes = members
    .slice(0, 2)
    .map((m) => ({ report_id: m.id, at: m.created_at, channel: m.channel, text: m.text }));
  return { ...incident, members, similar, rulings: own.rulings, quotes };
}

const put = (world, id) => ({ topic: 'incidents', op: 'put', key: String(id), data: incidentOf(world, id) });
const ruling = (same, count, reason) => ({ at: iso(Date.now()), by: 'Rina Contoh', same, count, reason });

/** Moves reports and returns the changes that screens are told, and whose detail is the answer. */
export const act = {
  found(world, report) {
    const made = ++world.nextIncident;
    world.incidentMeta.set(made, { flags: [], recurrence: 0, doubtful: new Set(), rulings: [] });
    report.incident_id = made;
    const told = { topic: 'reports', op: 'put', key: String(report.id), data: report };
    return { answer: made, changes: [told, put(world, made)] };
  },
  merge(world, id, body) {
    let moved = 0;
    for (const r of world.reports) {
      if (!body.with.includes(r.incident_id)) continue;
      r.incident_id = id;
      moved++;
    }
    const meta = world.incidentMeta.get(id);
    meta.flags = [...new Set([...meta.flags, 'disunting'])];
    meta.rulings = [ruling(true, moved, body.reason), ...meta.rulings];
    for (const other of body.with) world.incidentMeta.get(other).into = id;
    const gone = body.with.map((o) => ({ topic: 'incidents', op: 'remove', key: String(o) }));
    return { answer: id, changes: [...gone, put(world, id)] };
  },
  split(world, id, body) {
    const made = ++world.nextIncident;
    world.incidentMeta.set(made, {
      flags: ['disunting'],
      recurrence: 0,
      doubtful: new Set(),
      rulings: [ruling(false, body.reports.length, body.reason)],
    });
    for (const r of world.reports) if (body.reports.includes(r.id)) r.incident_id = made;
    const meta = world.incidentMeta.get(id);
    meta.rulings = [ruling(false, body.reports.length, body.reason), ...meta.rulings];
    return { answer: made, changes: [put(world, made), put(world, id)] };
  },
  edit(world, id, body) {
    const meta = world.incidentMeta.get(id);
    if (body.title) meta.title = body.title;
    if (body.status) meta.status = body.status === 'new' ? undefined : body.status;
    if (body.answer) meta.answer = body.answer;
    return { answer: id, changes: [put(world, id)] };
  },
};

const fieldOf = { category: 'category', office: 'office', area: 'area_code', urgency: 'urgency' };

/** POST /api/reports/{id}/correction */
export function correct(world, report, { field, value }) {
  report[fieldOf[field]] = value;
  if (field === 'category') {
    report.review = undefined;
    report.office = world.categories.find((c) => c.slug === value)?.office ?? report.office;
  }
  world.corrected ??= new Map();
  world.corrected.set(`${report.id}|${field}`, true);
  return [
    { topic: 'reports', op: 'put', key: String(report.id), data: report },
    put(world, report.incident_id),
  ];
}

/** What Balaikota worked out about a report. */
export function analysisOf(world, report) {
  const incident = incidentOf(world, report.incident_id);
  const by = (field) =>
    world.corrected?.has(`${report.id}|${field}`) ? 'officer' : report.id % 3 ? 'analysis' : 'source';
  const others = world.categories.map((c) => c.slug).filter((s) => s !== report.category);
  const confidence = report.review ? 0.41 : 0.93;
  const elsewhere = report.id % 7 === 0;
  return {
    category: report.category,
    confidence,
    proposals: [
      { category: report.category, confidence },
      { category: others[report.id % others.length], confidence: report.review ? 0.33 : 0.04 },
      { category: others[(report.id + 3) % others.length], confidence: 0.02 },
    ],
    words: words[report.category] ?? ['mohon', 'warga'],
    sure: !report.review,
    category_by: by('category'),
    office_by: by('office'),
    urgency: report.urgency ?? 'info',
    urgency_reasons: reasons[report.urgency ?? 'info'],
    place: {
      area_code: report.area_code,
      name: 'Gang Melati',
      ...(report.guess ?? { lon: report.lon, lat: report.lat }),
      confidence: report.guess ? 0.62 : 0.98,
      from: report.lon === undefined ? 'text' : 'point',
      disagrees: elsewhere
        ? [
            {
              text: 'Teks menyebut Bugis, titiknya di kelurahan lain.',
              text_en: 'The text names Bugis; the point lies in another kelurahan.',
            },
          ]
        : [],
    },
    ...(incident && {
      incident_id: incident.id,
      incident_title: incident.title,
      incident_voices: incident.voices,
    }),
    at: report.created_at,
  };
}
