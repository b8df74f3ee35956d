// What the test double says of doubtful values: one source with a stuck gauge
// and a marker, and the rules they were found by.
const rule = (id, kind, params, effect, more = {}) => ({
  id,
  kind,
  params,
  effect,
  source: 'Bawaan Balaikota',
  effective_on: '2020-01-01',
  changed_at: '2026-01-01T00:00:00Z',
  changed_by: 'Balaikota',
  ...more,
});

const stuck = rule(1, 'macet', { values: 6, hours: 3, factor: 2, learn: 24, zero: true }, 'keluarkan');
const marker = rule(2, 'penanda_kosong', { markers: [-999, 999999], beyond: 20 }, 'keluarkan');
const rain = rule(3, 'mustahil', { min: 0 }, 'keluarkan', { unit: 'mm*' });

export const qualityRules = [stuck, marker, rain].map((r) => ({
  rule: r,
  history: [r],
  open: r === stuck ? 1 : 0,
}));

export function qualityFindings(world, source, decided) {
  const at = world.indicators.find((i) => i.unit === 'm') ?? world.indicators[0];
  const base = {
    source: 'rumah-sakit',
    indicator: at.slug,
    area_code: world.city?.code ?? '64.72',
    found_at: '2026-06-18T02:00:00Z',
  };
  return [
    {
      ...base,
      id: 7,
      kind: 'macet',
      effect: 'keluarkan',
      from: '2026-06-17T22:00:00Z',
      to: '2026-06-18T03:00:00Z',
      n: 31,
      example: 1.45,
      state: 'terbuka',
      rule: stuck,
    },
    {
      ...base,
      id: 8,
      kind: 'penanda_kosong',
      effect: 'keluarkan',
      from: '2026-06-16T22:00:00Z',
      to: '2026-06-16T22:00:00Z',
      n: 1,
      example: 999999,
      state: 'berakhir',
      rule: marker,
    },
  ]
    .filter((f) => !source || f.source === source)
    .map((f) => ({ ...f, ...decided.get(f.id) }));
}
