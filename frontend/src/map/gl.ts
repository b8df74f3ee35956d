import type { FeatureCollection } from 'geojson';
import {
  Map as GlMap,
  setWorkerUrl,
  type GeoJSONSource,
  type MapMouseEvent,
  type PaddingOptions,
  type StyleSpecification,
} from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Severity } from '../api/types.ts';
import { hexCells } from './cells.ts';
import type { Behind } from './gl-basemap.ts';
import {
  cellData,
  guessData,
  heatData,
  labelData,
  markData,
  none,
  pinData,
  pointFeature,
  pointKey,
} from './gl-data.ts';
import { colour, hatch, mark, markPixels } from './gl-images.ts';
import { cellZoom, layersOf, risk } from './gl-style.ts';
import { classOf } from './layer.ts';
import { boxOf } from './projection.ts';
import type { Backdrop, Camera, Scene, Taps } from './scene.ts';
import { severityShapes } from './shapes.ts';

setWorkerUrl(workerUrl);

/** Points are sent to the worker at most this often; a replay sends each frame. */
const pointPause = 1000;
/** How wide a cell is on screen, in pixels at 16 a rem. */
const cellPixels = 52;
/** Metres of a pixel at zoom 0 on the equator, with tiles of 512. */
const widestPixel = 78_271.5;

/** The WebGL map: no glyph files, nothing behind it unless configured, one choropleth and one layer of points. */
export class CityGl {
  readonly #map: GlMap;
  readonly #rem: number;
  readonly #taps: Taps;
  readonly #behind: Behind | undefined;
  #scene: Scene;
  #ready = false;
  #drawn = new Map<string, string>();
  #sent = new Map<number, string>();
  #cellsAt = -1;
  #lastPoints = 0;
  #pointTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    element: HTMLElement,
    scene: Scene,
    taps: Taps,
    behind: Behind | undefined,
    camera: Camera | undefined,
  ) {
    this.#scene = scene;
    this.#taps = taps;
    this.#behind = behind;
    this.#rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const box = boxOf(scene.outlines.features);
    this.#map = new GlMap({
      container: element,
      style: { version: 8, sources: {}, layers: [] },
      attributionControl: behind ? { compact: true } : false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 17,
      minZoom: 8,
      ...(camera
        ? { center: [camera.lon, camera.lat] as [number, number], zoom: camera.zoom }
        : box && {
            bounds: [box.west, box.south, box.east, box.north] as [number, number, number, number],
            fitBoundsOptions: { padding: this.#margin },
          }),
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#map.on('style.load', this.#fill);
    this.#map.on('click', this.#click);
    this.#map.on('mousemove', this.#hover);
    this.#map.on('zoom', this.#zoomed);
    this.#map.on('moveend', (e) => {
      if ('originalEvent' in e && e.originalEvent) this.#taps.moved(this.camera);
    });
    this.restyle();
  }

  /** Makes the map; throws where WebGL2 is missing. */
  static async create(
    element: HTMLElement,
    scene: Scene,
    taps: Taps,
    backdrop: Backdrop | undefined,
    camera: Camera | undefined,
  ): Promise<CityGl> {
    // MapLibre draws text from the font as it is now, so it must be there first.
    const font = document.fonts.load('600 16px "Inter Variable"');
    const behind = backdrop ? (await import('./gl-basemap.ts')).behind(backdrop) : undefined;
    await font;
    return new CityGl(element, scene, taps, await behind, camera);
  }

  /** Room around the city: on a phone the legend lies over the lower edge. */
  get #margin(): PaddingOptions {
    const side = 24 * this.#rem;
    return { top: side, left: side, right: side, bottom: innerWidth <= 700 ? 104 : side };
  }

  get camera(): Camera {
    const { lng, lat } = this.#map.getCenter();
    return { lon: lng, lat, zoom: this.#map.getZoom() };
  }

  update(scene: Scene): void {
    const before = this.#scene;
    this.#scene = scene;
    if (!this.#ready) return;
    if (scene.outlines !== before.outlines || scene.districts !== before.districts) {
      this.#source('outlines')?.setData(scene.outlines);
      this.#source('districts')?.setData(scene.districts ?? none);
      this.#map.removeFeatureState({ source: 'outlines' });
      this.#drawn.clear();
    }
    if (scene.labels !== before.labels) this.#put('labels', labelData(scene.labels));
    this.#paintAreas();
    const replayed = scene.layer?.at !== before.layer?.at && scene.points !== before.points;
    if (scene.points !== before.points || scene.markers !== before.markers) this.#sendPoints(replayed);
    if (scene.heat !== before.heat) this.#put('heat', heatData(scene.heat));
    if (scene.pin !== before.pin) this.#put('pin', pinData(scene.pin));
    if (scene.focus !== before.focus) this.#look();
  }

  /** Takes the colours of the theme; called when it changes. */
  restyle(): void {
    this.#ready = false;
    this.#drawn.clear();
    this.#map.setStyle(this.#style(), { diff: false });
  }

  zoom(by: number): void {
    this.#map.zoomTo(this.#map.getZoom() + by, { duration: 200 });
    this.#map.once('moveend', () => this.#taps.moved(this.camera));
  }

  home(): void {
    this.#taps.moved(undefined);
    const box = boxOf(this.#scene.outlines.features);
    if (box)
      this.#map.fitBounds([box.west, box.south, box.east, box.north], {
        padding: this.#margin,
        duration: 400,
      });
  }

  /** Goes where a link or a search says. */
  fly(to: Camera): void {
    const here = this.camera;
    const near =
      Math.abs(here.zoom - to.zoom) < 0.02 &&
      Math.abs(here.lat - to.lat) < 2e-4 &&
      Math.abs(here.lon - to.lon) < 2e-4;
    if (!near) this.#map.easeTo({ center: [to.lon, to.lat], zoom: to.zoom, duration: 600 });
  }

  remove(): void {
    clearTimeout(this.#pointTimer);
    this.#map.remove();
  }

  #source(id: string): GeoJSONSource | undefined {
    return this.#map.getSource<GeoJSONSource>(id);
  }

  #put(id: string, data: FeatureCollection): void {
    this.#source(id)?.setData(data);
  }

  #fill = (): void => {
    const pixels = hatch(colour('--map-none'), colour('--map-hatch'));
    if (!this.#map.hasImage('hatch')) this.#map.addImage('hatch', pixels, { pixelRatio: 2 });
    for (const severity of Object.keys(severityShapes) as Severity[]) {
      const name = `mark-${severity}`;
      if (!this.#map.hasImage(name))
        this.#map.addImage(name, mark(severity), { pixelRatio: markPixels / 24 });
    }
    this.#ready = true;
    this.#sent.clear();
    this.#cellsAt = -1;
    this.#paintAreas();
    this.#sendPoints(true);
    this.#look();
  };

  #paintAreas(): void {
    const { layer, selected, beside, focus, outlines } = this.#scene;
    for (const feature of outlines.features) {
      const code = feature.properties.code;
      const state = {
        c: layer ? (classOf(layer, layer.values.get(code)) ?? -1) + (layer.palette === 'risk' ? risk : 0) : 0,
        s: code === selected || (selected !== '' && code.startsWith(`${selected}.`)),
        b: beside.includes(code),
        f: focus.some((f) => code === f || code.startsWith(`${f}.`)),
      };
      const key = JSON.stringify(state);
      if (this.#drawn.get(code) === key) continue;
      this.#drawn.set(code, key);
      this.#map.setFeatureState({ source: 'outlines', id: code }, state);
    }
  }

  #sendPoints(now: boolean): void {
    if (this.#pointTimer && !now) return;
    clearTimeout(this.#pointTimer);
    const wait = now ? 0 : Math.max(0, this.#lastPoints + pointPause - Date.now());
    this.#pointTimer = setTimeout(() => {
      this.#pointTimer = undefined;
      this.#lastPoints = Date.now();
      const { points, markers } = this.#scene;
      this.#changePoints();
      this.#cellsAt = -1;
      this.#zoomed();
      this.#put('guesses', guessData([...points, ...markers]));
      this.#put('marks', markData(markers));
    }, wait);
  }

  /** Sends the worker what is new and what is gone, not ten thousand points for one. */
  #changePoints(): void {
    const source = this.#source('points');
    if (!source) return;
    const add = [];
    const gone = new Set(this.#sent.keys());
    for (const p of this.#scene.points) {
      gone.delete(p.id);
      const key = pointKey(p);
      if (this.#sent.get(p.id) === key) continue;
      this.#sent.set(p.id, key);
      add.push(pointFeature(p));
    }
    for (const id of gone) this.#sent.delete(id);
    if (add.length + gone.size === 0) return;
    source.updateData({ remove: [...gone], add });
  }

  /** Gathers the points anew when the map has come a whole zoom nearer or farther. */
  #zoomed = (): void => {
    if (!this.#ready) return;
    const zoom = Math.floor(this.#map.getZoom());
    if (zoom === this.#cellsAt || zoom >= cellZoom) return;
    this.#cellsAt = zoom;
    const gathered = this.#scene.points.filter((p) => !p.alone);
    const metres = (cellPixels * this.#rem * widestPixel) / 2 ** zoom;
    this.#put('cells', cellData(hexCells(gathered, metres, this.#latitude)));
  };

  get #latitude(): number {
    const box = boxOf(this.#scene.outlines.features);
    return box ? (box.south + box.north) / 2 : 0;
  }

  #look(): void {
    const { focus, outlines } = this.#scene;
    if (focus.length === 0 || focus.length > 12) return;
    const inFocus = outlines.features.filter((f) =>
      focus.some((c) => f.properties.code === c || f.properties.code.startsWith(`${c}.`)),
    );
    const box = boxOf(inFocus);
    if (box) {
      const padding = 96 * this.#rem;
      this.#map.fitBounds([box.west, box.south, box.east, box.north], {
        padding,
        maxZoom: 13.5,
        duration: 500,
      });
    }
  }

  #click = (e: MapMouseEvent): void => {
    const cell = this.#map.queryRenderedFeatures(e.point, { layers: ['cells'] })[0];
    if (cell) {
      this.#map.easeTo(
        { center: e.lngLat, zoom: Math.max(cellZoom + 0.5, this.#map.getZoom() + 1.5) },
        { originalEvent: e.originalEvent },
      );
      return;
    }
    const mark = this.#map.queryRenderedFeatures(e.point, { layers: ['marks'] })[0];
    if (mark) {
      this.#taps.incident(Number(mark.properties.id));
      return;
    }
    const hit = this.#map.queryRenderedFeatures(e.point, { layers: ['areas'] })[0];
    this.#taps.area(String(hit?.properties.code ?? ''), e.originalEvent.shiftKey);
  };

  #hover = (e: MapMouseEvent): void => {
    if (!this.#ready || this.#map.isMoving()) return;
    const over = this.#map.queryRenderedFeatures(e.point, { layers: ['areas', 'cells', 'marks'] }).length > 0;
    this.#map.getCanvas().style.cursor = over ? 'pointer' : '';
  };

  #style(): StyleSpecification {
    const { outlines, districts, labels, markers, points, heat, pin } = this.#scene;
    const behind = this.#behind;
    return {
      version: 8,
      ...(behind?.sprite && { sprite: behind.sprite }),
      sources: {
        ...behind?.sources,
        outlines: { type: 'geojson', data: outlines, promoteId: 'code', tolerance: 0.2 },
        districts: { type: 'geojson', data: districts ?? none, tolerance: 0.2 },
        labels: { type: 'geojson', data: labelData(labels) },
        cells: { type: 'geojson', data: none },
        points: { type: 'geojson', data: none, promoteId: 'id', buffer: 16 },
        guesses: { type: 'geojson', data: guessData([...points, ...markers]) },
        marks: { type: 'geojson', data: markData(markers) },
        heat: { type: 'geojson', data: heatData(heat) },
        pin: { type: 'geojson', data: pinData(pin) },
      },
      layers: [
        { id: 'ground', type: 'background', paint: { 'background-color': colour('--map-ground') } },
        ...(behind?.layers ?? []),
        ...layersOf(this.#rem, behind !== undefined),
      ],
    };
  }
}
