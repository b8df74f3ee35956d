import { addProtocol, type StyleSpecification } from 'maplibre-gl';
import { colour } from './gl-images.ts';
import type { Backdrop } from './scene.ts';

/*
 * What lies behind the map, where the server names something: a PMTiles archive
 * drawn in the colours of the theme, or a style of somebody else. Without one
 * nothing of this is loaded and nothing is fetched.
 */

export type Behind = Pick<StyleSpecification, 'sources' | 'layers'> & { sprite?: string };

let registered = false;

/** Loads what is configured; undefined when it cannot be had, for the map does without. */
export async function behind(backdrop: Backdrop): Promise<Behind | undefined> {
  try {
    if (backdrop.style) return await styleOf(backdrop.style);
    return backdrop.tiles ? await archive(backdrop.tiles) : undefined;
  } catch (cause) {
    console.warn('the map behind the map cannot be had', cause);
    return undefined;
  }
}

async function styleOf(url: string): Promise<Behind> {
  const response = await fetch(url, { credentials: 'omit' });
  if (!response.ok) throw new Error(`the style answers ${response.status}`);
  const style = (await response.json()) as StyleSpecification;
  const sprite = typeof style.sprite === 'string' ? { sprite: style.sprite } : {};
  // Its glyphs are left out: MapLibre then draws all text from the page's own font.
  return { sources: style.sources, layers: style.layers, ...sprite };
}

async function archive(address: string): Promise<Behind> {
  const { PMTiles, Protocol, TileType } = await import('pmtiles');
  const url = new URL(address, location.origin).href;
  const tiles = new PMTiles(url);
  const header = await tiles.getHeader();
  const protocol = new Protocol();
  protocol.add(tiles);
  if (!registered) addProtocol('pmtiles', protocol.tile);
  registered = true;
  const [type, id] = [header.tileType === TileType.Mvt ? ('vector' as const) : ('raster' as const), 'behind'];
  if (type === 'raster')
    return {
      sources: { [id]: { type, url: `pmtiles://${url}`, tileSize: 256 } },
      layers: [{ id: 'behind', type: 'raster', source: id, paint: { 'raster-opacity': 0.8 } }],
    };
  const names = layerNames(await tiles.getMetadata());
  return { sources: { [id]: { type, url: `pmtiles://${url}` } }, layers: vectorLayers(id, names) };
}

function layerNames(metadata: unknown): string[] {
  const layers = (metadata as { vector_layers?: { id?: unknown }[] } | undefined)?.vector_layers ?? [];
  return layers.map((l) => String(l.id ?? ''));
}

/** Water and roads under the names that the usual schemas give them (Protomaps, OpenMapTiles, Shortbread). */
const waters = ['water', 'water_polygons', 'ocean'];
const rivers = ['waterway', 'water_lines'];
const roads = ['roads', 'transportation', 'streets'];

function vectorLayers(source: string, names: readonly string[]): Behind['layers'] {
  const [water, road] = [colour('--map-water'), colour('--map-road')];
  const present = (wanted: readonly string[]) => wanted.filter((name) => names.includes(name));
  return [
    ...present(waters).map((name) => ({
      id: `behind-${name}`,
      type: 'fill' as const,
      source,
      'source-layer': name,
      filter: ['==', ['geometry-type'], 'Polygon'] as never,
      paint: { 'fill-color': water },
    })),
    ...present(rivers).map((name) => ({
      id: `behind-${name}`,
      type: 'line' as const,
      source,
      'source-layer': name,
      paint: { 'line-color': water, 'line-width': 1.5 },
    })),
    ...present(roads).map((name) => ({
      id: `behind-${name}`,
      type: 'line' as const,
      source,
      'source-layer': name,
      minzoom: 10,
      paint: {
        'line-color': road,
        'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.4, 16, 5] as never,
      },
    })),
  ];
}
