import { alerts } from '../../data/alerts.svelte.ts';
import { areas, within, type MapLevel } from '../../data/areas.svelte.ts';
import { cameras, unread } from '../../data/cameras.svelte.ts';
import { catalogue } from '../../data/catalogue.svelte.ts';
import { incidents } from '../../data/incidents.svelte.ts';
import { indicators } from '../../data/indicators.svelte.ts';
import { mapPoints } from '../../data/map-points.svelte.ts';
import { patterns } from '../../data/patterns.svelte.ts';
import { replay } from '../../data/replay.svelte.ts';
import { reports, spanLimits } from '../../data/reports.svelte.ts';
import { session } from '../../data/session.svelte.ts';
import {
  alertLayer,
  floodLayer,
  indicatorLayer,
  rankLook,
  reportLayer,
  reportLimits,
  toDistricts,
  toVillages,
  type Aggregation,
  type Layer,
} from '../../map/layer.ts';
import { markersOf } from '../../map/marker.ts';
import type { MapPoint } from '../../map/point.ts';
import { layerAt, markersAt, pointOf, pointsAt, valuesAt } from '../../map/replay.ts';
import { readCamera } from '../../map/scene.ts';
import { router } from '../../router.svelte.ts';
import { clock } from '../../ui/clock.svelte.ts';
import { local, t } from '../../ui/i18n.svelte.ts';
import { specialOf, spanText } from './special.ts';

const none: [] = [];

/** What the address says the map shows, live or as it stood, worked out once for map, list and legend. */
export class MapView {
  readonly now = $derived(Math.floor(clock.now / 10_000) * 10_000);
  readonly layerId = $derived(router.query.lapisan ?? '');
  readonly level = $derived<MapLevel>(router.query.tingkat === 'kecamatan' ? 'kecamatan' : 'kelurahan');
  readonly hours = $derived([24, 168, 720].find((h) => h === Number(router.query.jam)) ?? 24);
  readonly back = $derived(Math.max(0, Math.floor(Number(router.query.mundur)) || 0));
  readonly picked = $derived((router.query.wilayah ?? '').split(',').filter(Boolean).slice(0, 3));
  readonly selected = $derived(this.picked[0] ?? '');
  readonly beside = $derived(this.picked.slice(1));
  readonly camera = $derived(readCamera(router.query.pandang));

  readonly mapped = $derived((indicators.declared.value ?? []).filter((i) => i.grain !== 'city'));
  readonly special = $derived(specialOf(this.layerId));
  readonly indicator = $derived(this.special ? undefined : this.mapped.find((i) => i.slug === this.layerId));
  readonly category = $derived(this.indicator || this.special ? '' : this.layerId);
  /** The category whose points lie over the layer; undefined where it has none. */
  readonly pointCategory = $derived.by<string | undefined>(() => {
    if (this.special?.watch === 'flood')
      return patterns.flood.value?.inputs.find((i) => i.role === 'laporan')?.slug;
    return this.indicator || this.special ? undefined : this.category;
  });

  /** True while the map shows how it stood: nothing of now may be on it. */
  readonly then = $derived(replay.at > 0);
  /** The asker's own area, "" for all. */
  readonly own = $derived(session.officer?.area_code ?? '');
  readonly codes = $derived(areas.level(this.level).map((a) => a.code));
  readonly #villages = $derived(areas.level('kelurahan').map((a) => a.code));
  readonly outlines = $derived(areas.outlines[this.level]);

  readonly #live = $derived.by<Layer | undefined>(() => {
    if (this.special?.watch === 'flood') return this.#flood();
    if (this.special?.id === 'peringatan')
      return alertLayer(
        alerts.sorted,
        this.codes,
        this.now,
        { title: t('layer.alerts'), unit: '' },
        this.ranks,
      );
    if (this.special) return undefined;
    if (this.indicator) return this.#measured();
    if (!reports.counts.value) return undefined;
    const seen = this.own ? this.codes.filter((c) => within(c, this.own) || within(this.own, c)) : this.codes;
    const text = { title: this.#reportTitle, unit: spanText(this.hours) };
    return reportLayer(reports.counts.value, seen, this.category, this.hours, text, this.level);
  });

  readonly #past = $derived.by<Layer | undefined>(() => {
    const held = replay.remote.value;
    if (!held || replay.frame < 0 || this.special?.marks) return undefined;
    const values = this.#leveled(valuesAt(held, replay.frame, this.#villages), this.#aggregation);
    if (this.special) {
      const look = {
        id: this.special.id,
        ...rankLook,
        limits: [2, 3, 4, 5] as Layer['limits'],
        names: this.ranks,
      };
      return layerAt(look, { title: this.special.name(), unit: '' }, values, held, replay.frame);
    }
    if (this.indicator) {
      const live = this.#measured();
      return layerAt(live, { title: live.title, unit: live.unit }, values, held, replay.frame);
    }
    const look = {
      id: `reports:${this.category}`,
      decimals: 0,
      limits: reportLimits(24, this.level),
      floor: 0,
    };
    const text = { title: this.#reportTitle, unit: t('replay.window') };
    return layerAt(look, text, values, held, replay.frame);
  });

  readonly layer = $derived(this.then ? this.#past : this.#live);

  readonly points = $derived.by(() => {
    if (this.special?.id === 'kamera') return this.#cameras();
    if (this.pointCategory === undefined) return none;
    const areaOf = (code: string) => areas.get(code);
    if (this.then) {
      const shown = replay.frame >= 0;
      return shown ? pointsAt(replay.rows, replay.shownAt, 86_400_000, areaOf) : none;
    }
    // The span moves on with the clock, and what arrives now is not of a span before.
    const { from, to } = spanLimits({ hours: this.hours, back: this.back }, this.now);
    const end = this.back === 0 ? Infinity : to;
    return mapPoints.rows.flatMap((row) =>
      row.created >= from && row.created < end ? (pointOf(row, this.now, areaOf) ?? []) : [],
    );
  });

  readonly markers = $derived.by(() => {
    if (this.special?.id !== 'kejadian') return none;
    if (!this.then) return markersOf(incidents.running.value ?? []);
    return replay.remote.value && replay.frame >= 0 ? markersAt(replay.remote.value, replay.frame) : none;
  });

  readonly heat = $derived(this.special?.id === 'titik-panas' && !this.then ? patterns.heat : none);
  /** What could not be loaded of the layer that is asked for. */
  readonly missing = $derived(
    this.then
      ? replay.remote
      : this.special?.id === 'kejadian'
        ? incidents.running
        : this.special?.id === 'kamera'
          ? cameras
          : this.special?.watch
            ? patterns[this.special.watch]
            : this.special
              ? alerts.remote
              : reports.counts,
  );

  /** A camera that gives no new picture is hollow. */
  #cameras(): MapPoint[] {
    return (cameras.value ?? []).flatMap((c) =>
      c.lon === undefined || c.lat === undefined
        ? []
        : [
            {
              id: c.id,
              lon: c.lon,
              lat: c.lat,
              large: true,
              estimated: c.state !== 'hidup' || !!unread(c),
              alone: true,
              fresh: false,
            },
          ],
    );
  }

  get ranks(): string[] {
    const first = this.special?.id === 'peringatan' ? t('layer.no_alert') : t('risk.none');
    return [first, t('severity.perhatian'), t('severity.siaga'), t('severity.awas')];
  }

  get #reportTitle(): string {
    return this.category ? `${t('layer.reports')}: ${catalogue.category(this.category)}` : t('layer.reports');
  }

  get #aggregation(): Aggregation {
    if (this.special) return 'max';
    return this.indicator ? this.indicator.aggregation : 'sum';
  }

  /** Values at the level that is shown; what is measured by kecamatan holds for its kelurahan. */
  #leveled(values: ReadonlyMap<string, number>, by: Aggregation): Map<string, number> {
    return this.level === 'kecamatan' ? toDistricts(values, this.codes, by) : toVillages(values, this.codes);
  }

  #measured(): Layer {
    const indicator = this.indicator;
    if (!indicator) throw new Error('no indicator is shown');
    const states = indicators.at(indicator.slug);
    const values = this.#leveled(new Map(states.map((s) => [s.area_code, s.value])), indicator.aggregation);
    return indicatorLayer(indicator, states, values, local(indicator.name, indicator.name_en));
  }

  #flood(): Layer | undefined {
    const picture = patterns.flood.value;
    if (!picture) return undefined;
    const ahead = this.special?.id === 'banjir-24' ? 24 : 6;
    const made = floodLayer(picture, ahead, { title: t('layer.flood', { n: ahead }), unit: '' }, this.ranks);
    return this.level === 'kelurahan' ? made : { ...made, values: this.#leveled(made.values, 'max') };
  }
}
