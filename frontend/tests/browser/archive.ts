import { GeoJSONVT } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import { zxyToTileId } from 'pmtiles';

/* A small map archive in the PMTiles format (specification 3), cut by the map library's own tools. */

export type Layers = Record<string, GeoJSON.FeatureCollection>;
interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}
const headerSize = 127;

/** An archive of vector tiles of the layers within bounds, for zooms from one to another. */
export function archiveOf(layers: Layers, bounds: Bounds, [from, to]: [number, number]): Buffer {
  const indexes = Object.entries(layers).map(
    ([name, data]) => [name, new GeoJSONVT(data, { maxZoom: to, indexMaxZoom: to })] as const,
  );
  const tiles: { id: number; body: Buffer }[] = [];
  for (let z = from; z <= to; z++) {
    const [left, top] = tileAt(bounds.west, bounds.north, z);
    const [right, bottom] = tileAt(bounds.east, bounds.south, z);
    for (let x = left; x <= right; x++)
      for (let y = top; y <= bottom; y++) {
        const cut = indexes.map(([name, index]) => [name, index.getTile(z, x, y)] as const);
        const filled = Object.fromEntries(cut.filter(([, tile]) => tile));
        tiles.push({ id: zxyToTileId(z, x, y), body: Buffer.from(fromGeojsonVt(filled as never)) });
      }
  }
  tiles.sort((a, b) => a.id - b.id);
  const metadata = Buffer.from(JSON.stringify({ vector_layers: Object.keys(layers).map((id) => ({ id })) }));
  return written(directory(tiles), metadata, Buffer.concat(tiles.map((t) => t.body)), tiles.length, [
    from,
    to,
  ]);
}

function tileAt(lon: number, lat: number, z: number): [number, number] {
  const n = 2 ** z;
  const phi = (lat * Math.PI) / 180;
  return [
    Math.floor(((lon + 180) / 360) * n),
    Math.floor(((1 - Math.asinh(Math.tan(phi)) / Math.PI) / 2) * n),
  ];
}

function directory(tiles: { id: number; body: Buffer }[]): Buffer {
  const out: number[] = [];
  const put = (v: number) => {
    for (; v >= 0x80; v = Math.floor(v / 0x80)) out.push((v % 0x80) + 0x80);
    out.push(v);
  };
  put(tiles.length);
  tiles.forEach((t, i) => put(t.id - (tiles[i - 1]?.id ?? 0)));
  tiles.forEach(() => put(1));
  tiles.forEach((t) => put(t.body.length));
  tiles.forEach((_, i) => put(i === 0 ? 1 : 0)); // the first at offset 0, each other behind the one before
  return Buffer.from(out);
}

function written(root: Buffer, metadata: Buffer, data: Buffer, n: number, zooms: [number, number]): Buffer {
  const h = Buffer.alloc(headerSize);
  h.write('PMTiles');
  h[7] = 3;
  const metadataAt = headerSize + root.length;
  const dataAt = metadataAt + metadata.length;
  const numbers = [
    headerSize,
    root.length,
    metadataAt,
    metadata.length,
    dataAt,
    0,
    dataAt,
    data.length,
    n,
    n,
    n,
  ];
  numbers.forEach((v, i) => h.writeBigUInt64LE(BigInt(v), 8 + 8 * i));
  // Clustered; directories and tiles not compressed; vector tiles.
  h.set([1, 1, 1, 1, ...zooms], 96);
  [-180, -85, 180, 85].forEach((v, i) => h.writeInt32LE(v * 1e7, 102 + 4 * i));
  return Buffer.concat([h, root, metadata, data]);
}
