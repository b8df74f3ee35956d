import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/**
 * Texts that the first view does not show, by the first parts of their key:
 * they come in a file of their own, once something asks for one of them.
 */
const late = new Set(
  `action.column action.filter action.kind action.kinds action.look action.none_match action.none_why action.rule action.rules
  action.table action.trigger agenda alarm
  area.led_by_camat area.led_by_lurah area.office ask audit briefing bulk camera certainty chip compare connector contact correct decide decided dimension disposition
  desk draft error evidence figure filter flag forecast history hotspots identity incident incidents index indicator jump keys lane legend meeting member
  merge notice office_page operation order outbox password patterns period photo place proof quality quote reader reading reply
  recommendation.automatic recommendation.cost recommendation.evidence_title recommendation.factor recommendation.history
  recommendation.open recommendation.past recommendation.reason recommendation.rupiah replay report reporter risk role rulings
  satisfaction settings similar source sources split standin step task tool usage usual voice views wall word`.split(
    /\s+/,
  ),
);

/** Texts of those parts that the first view shows all the same. */
const early = new Set(
  `ask.about_named ask.about_this ask.band_short ask.limit ask.unit ask.value decide.failed disposition.workdays error.login_failed meeting.title notice.title
  notice.unread office_page.title proof.title report.review report.voices risk.none sources.all_fresh sources.none sources.some_ailing sources.some_unread sources.title task.title wall.n_areas`.split(
    /\s+/,
  ),
);

const names = { 'virtual:texts/first': false, 'virtual:texts/late': true };

function isLate(key: string): boolean {
  const parts = key.split('.');
  return !early.has(key) && (late.has(parts[0] ?? '') || late.has(parts.slice(0, 2).join('.')));
}

/** Serves the Indonesian texts in two parts: virtual:texts/first and virtual:texts/late. */
export function texts(file: string): Plugin {
  return {
    name: 'texts',
    resolveId: (id) => (id in names ? `\0${id}` : undefined),
    load(id) {
      const name = id.slice(1);
      if (!(name in names)) return undefined;
      this.addWatchFile(file);
      const all = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>);
      const wanted = names[name as keyof typeof names];
      const part = all.filter(([key]) => isLate(key) === wanted);
      // A string that is parsed is read faster than an object that is compiled.
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(Object.fromEntries(part)))});`;
    },
  };
}
