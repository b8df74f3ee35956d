/*
 * The map's side of the double: points, places, and a replay that is worked out
 * of the made-up reports in the same way as the server's.
 */

const steps = { 24: 1800, 168: 3600, 720: 14400 };
const specials = ['kejadian', 'peringatan', 'banjir-6', 'banjir-24'];

export class MapDouble {
  /** @param {() => any} world */
  constructor(world) {
    this.world = world;
    /** Reports that only the map knows, to have very many. */
    this.crowd = 0;
  }

  static owns(path) {
    return path.startsWith('/api/map/') || path === '/api/places';
  }

  /** @param {string} path @param {URLSearchParams} query */
  route(path, query) {
    if (path === '/api/places') return [200, this.#places(query.get('q') ?? '')];
    if (path === '/api/map/points') {
      const [from, to] = [Date.parse(query.get('from')), Date.parse(query.get('to'))];
      return [200, this.#points(query.get('category') ?? '', from, to, Date.now())];
    }
    return this.#replay(query);
  }

  #reports(category) {
    const all = this.world().reports.filter((r) => r.status !== 'rejected');
    return category ? all.filter((r) => r.category === category) : all;
  }

  #points(category, from, to, alive) {
    const closed = (r) => (r.closed_at ? Date.parse(r.closed_at) : 0);
    const rows = this.#reports(category).filter((r) => {
      const at = Date.parse(r.created_at);
      const open = ['open', 'in_progress'].includes(r.status);
      return at > from && at <= to && (closed(r) > alive || (!closed(r) && open));
    });
    const areas = [...new Set(rows.map((r) => r.area_code ?? ''))];
    const many = this.#crowded(from, to);
    const unix = (t) => (t ? Math.floor(Date.parse(t) / 1000) : 0);
    const exact = (r) => r.lon !== undefined;
    return {
      areas,
      id: [...rows.map((r) => r.id), ...many.map((m) => m.id)],
      lon: [...rows.map((r) => (exact(r) ? r.lon : (r.guess?.lon ?? 0))), ...many.map((m) => m.lon)],
      lat: [...rows.map((r) => (exact(r) ? r.lat : (r.guess?.lat ?? 0))), ...many.map((m) => m.lat)],
      radius_m: [
        ...rows.map((r) => (exact(r) ? 0 : r.guess ? Math.round(r.guess.radius_m) : -1)),
        ...many.map(() => 0),
      ],
      area: [...rows.map((r) => areas.indexOf(r.area_code ?? '')), ...many.map(() => 0)],
      created: [...rows.map((r) => unix(r.created_at)), ...many.map((m) => m.created)],
      closed: [...rows.map((r) => unix(r.closed_at)), ...many.map(() => 0)],
      due: [...rows.map((r) => unix(r.due_at)), ...many.map(() => 0)],
      complete: this.crowd < 10_000,
    };
  }

  /** Points strewn over the city, always the same. */
  #crowded(from, to) {
    const [west, south, east, north] = this.world().city.bbox;
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    return Array.from({ length: this.crowd }, (_, i) => ({
      id: 1_000_000 + i,
      lon: west + (east - west) * (0.3 + 0.4 * random()),
      lat: south + (north - south) * (0.3 + 0.4 * random()),
      created: Math.floor((from + (to - from) * random()) / 1000),
    }));
  }

  #replay(query) {
    const w = this.world();
    const layer = query.get('layer') ?? '';
    const step = steps[query.get('hours')];
    const count = (Number(query.get('hours')) * 3600) / step + 1;
    const last = Math.floor(Date.parse(query.get('until')) / 1000 / step) * step;
    const first = last - (count - 1) * step;
    const times = Array.from({ length: count }, (_, i) => (first + i * step) * 1000);
    const head = { layer, first: new Date(first * 1000).toISOString(), step_seconds: step, count };
    const codes = w.areas.filter((a) => a.level === 'kelurahan').map((a) => a.code);
    const indicator = w.indicators.find((i) => i.slug === layer);
    if (indicator || (specials.includes(layer) && layer !== 'kejadian')) {
      const values = times.map((_, f) => codes.map((_, c) => (indicator ? ((c + f) % 10) / 5 : (c + f) % 4)));
      return [200, { ...head, window_seconds: 0, areas: codes, values, n: times.map(() => codes.length) }];
    }
    if (layer === 'kejadian') {
      const one = {
        id: 1,
        title: 'Genangan di simpang',
        area: codes[0],
        lon: 117.15,
        lat: -0.49,
        radius_m: 0,
      };
      const incidents = [
        {
          ...one,
          urgency: 'siaga',
          from: first + step,
          to: 0,
          voices: [
            [1, 3],
            [9, 14],
          ],
        },
      ];
      const none = times.map(() => []);
      return [200, { ...head, window_seconds: 0, areas: [], values: none, n: times.map(() => 1), incidents }];
    }
    const own = this.#reports(layer);
    const within = (t, r) => Date.parse(r.created_at) <= t && Date.parse(r.created_at) > t - 86_400_000;
    const values = times.map((t) =>
      codes.map((c) => own.filter((r) => r.area_code === c && within(t, r)).length),
    );
    const n = values.map((v) => v.reduce((a, b) => a + b, 0));
    const points = this.#points(layer, (first - 86_400) * 1000, last * 1000, first * 1000);
    return [200, { ...head, window_seconds: 86_400, areas: codes, values, rest: 0, n, points }];
  }

  #places(q) {
    const wanted = q.toLowerCase();
    const areas = this.world()
      .areas.filter((a) => ['kelurahan', 'kecamatan'].includes(a.level))
      .filter((a) => a.name.toLowerCase().includes(wanted))
      .map((a) => ({
        kind: a.level,
        name: a.name,
        area_code: a.code,
        lon: a.label[0],
        lat: a.label[1],
        radius_m: 0,
        seen: 0,
      }));
    const street = { kind: 'street', name: 'Jalan Gajah Mada', area_code: '64.72.08.1002' };
    const streets = 'jalan gajah mada'.includes(wanted)
      ? [{ ...street, lon: 117.152, lat: -0.498, radius_m: 400, seen: 31 }]
      : [];
    return [...areas, ...streets].slice(0, 8);
  }
}
