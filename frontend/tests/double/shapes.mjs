/*
 * Borders for the test double: 59 cells of a made-up plane, warped so that they
 * look grown. They resemble no real border and must not be used as one.
 */

/** A small seeded generator (mulberry32), so that every run draws the same. */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

/** The part of a convex polygon that is nearer to a than to b. */
function clip(polygon, a, b) {
  const mid = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const side = (p) => (p[0] - mid[0]) * (b[0] - a[0]) + (p[1] - mid[1]) * (b[1] - a[1]);
  const kept = [];
  polygon.forEach((p, i) => {
    const q = polygon[(i + 1) % polygon.length];
    const [sp, sq] = [side(p), side(q)];
    if (sp <= 0) kept.push(p);
    if (sp < 0 !== sq < 0 && sp !== sq) {
      const t = sp / (sp - sq);
      kept.push([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]);
    }
  });
  return kept;
}

function centroid(polygon) {
  let [area, x, y] = [0, 0, 0];
  polygon.forEach((p, i) => {
    const q = polygon[(i + 1) % polygon.length];
    const cross = p[0] * q[1] - q[0] * p[1];
    area += cross;
    x += (p[0] + q[0]) * cross;
    y += (p[1] + q[1]) * cross;
  });
  return [x / (3 * area), y / (3 * area)];
}

/** Voronoi cells of the sites inside a convex hull, evened out a little. */
export function cells(sites, hull, rounds) {
  let points = sites;
  let made = [];
  for (let i = 0; i <= rounds; i++) {
    made = points.map((a) => points.reduce((cell, b) => (a === b ? cell : clip(cell, a, b)), hull));
    if (i < rounds) points = made.map(centroid);
  }
  return { cells: made, sites: points };
}

const warp = ([x, y]) => [
  x + 0.006 * Math.sin(y * 95 + 1.3) + 0.0022 * Math.sin(x * 310 + y * 240),
  y + 0.006 * Math.sin(x * 88 + 0.4) + 0.0022 * Math.cos(x * 270 - y * 330),
];
const key = (p) => `${p[0].toFixed(6)},${p[1].toFixed(6)}`;

/** A closed ring of a polygon: edges divided and bent, the same from either side. */
export function ring(polygon) {
  const out = [];
  polygon.forEach((p, i) => {
    const q = polygon[(i + 1) % polygon.length];
    const steps = Math.max(1, Math.round(Math.hypot(q[0] - p[0], q[1] - p[1]) / 0.002));
    for (let s = 0; s < steps; s++) {
      const t = s / steps;
      out.push(warp([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]));
    }
  });
  out.push(out[0]);
  return out.map(([x, y]) => [Number(x.toFixed(5)), Number(y.toFixed(5))]);
}
export const warped = warp;

/** The outlines of cells taken together: edges that two of them share cancel out. */
export function union(polygons) {
  const edges = new Map();
  for (const polygon of polygons) {
    polygon.forEach((p, i) => {
      const q = polygon[(i + 1) % polygon.length];
      if (key(p) === key(q)) return;
      if (!edges.delete(`${key(q)} ${key(p)}`)) edges.set(`${key(p)} ${key(q)}`, [p, q]);
    });
  }
  const from = new Map([...edges.values()].map(([p, q]) => [key(p), [p, q]]));
  const rings = [];
  while (from.size > 0) {
    const [start, [first]] = from.entries().next().value;
    const polygon = [];
    for (let at = start, p = first; from.has(at);) {
      polygon.push(p);
      const [, q] = from.get(at);
      from.delete(at);
      at = key(q);
      p = q;
    }
    if (polygon.length > 2) rings.push(polygon);
  }
  return rings;
}
