import type { Key } from '../ui/i18n.svelte.ts';

/** Keys that do one thing, as the sheet lists them: each is a sequence, or keys that belong together. */
export interface Shortcut {
  keys: readonly string[];
  does: Key;
}

/** What the sheet of keys lists, by where it holds. tests/unit/keyboard.test.ts holds it against what is bound. */
export const shortcuts: readonly { where: Key; list: readonly Shortcut[] }[] = [
  {
    where: 'keys.everywhere',
    list: [
      { keys: ['/'], does: 'keys.ask' },
      { keys: ['Ctrl', 'K'], does: 'keys.search' },
      { keys: ['Ctrl', 'P'], does: 'keys.print' },
      { keys: ['Esc'], does: 'keys.close' },
      { keys: ['Shift', 'T'], does: 'keys.theme' },
      { keys: ['?'], does: 'keys.help' },
    ],
  },
  {
    where: 'keys.views',
    list: [
      { keys: ['g', 'r'], does: 'nav.summary' },
      { keys: ['g', 'p'], does: 'nav.map' },
      { keys: ['g', 't'], does: 'action.title' },
      { keys: ['g', 'i'], does: 'nav.incidents' },
      { keys: ['g', 'l'], does: 'nav.reports' },
      { keys: ['g', 'q'], does: 'nav.ask' },
      { keys: ['g', 's'], does: 'nav.sources' },
      { keys: ['g', 'm'], does: 'meeting.title' },
      { keys: ['g', 'o'], does: 'office_page.title' },
    ],
  },
  {
    where: 'keys.lists',
    list: [
      { keys: ['j', 'k'], does: 'keys.next' },
      { keys: ['Enter'], does: 'keys.open' },
      { keys: ['x'], does: 'keys.pick' },
      { keys: ['d'], does: 'keys.dispose' },
    ],
  },
  {
    where: 'nav.map',
    list: [
      { keys: ['[', ']'], does: 'keys.span' },
      { keys: ['p'], does: 'keys.play' },
      { keys: ['c'], does: 'keys.place' },
      { keys: ['1', '2', '3', '4', '5', '6'], does: 'keys.layer' },
    ],
  },
  {
    where: 'nav.ask',
    list: [
      { keys: ['n'], does: 'keys.new_talk' },
      { keys: ['b'], does: 'keys.evidence' },
      { keys: ['m'], does: 'keys.hear' },
    ],
  },
  {
    where: 'meeting.title',
    list: [
      { keys: ['[', ']'], does: 'keys.week' },
      { keys: ['n'], does: 'keys.point' },
    ],
  },
  {
    where: 'proof.title',
    list: [
      { keys: ['s'], does: 'keys.valid' },
      { keys: ['t'], does: 'keys.reason' },
    ],
  },
  {
    where: 'keys.wall',
    list: [
      { keys: ['Spasi'], does: 'keys.pause' },
      { keys: ['←', '→'], does: 'keys.scene' },
      { keys: ['m'], does: 'keys.mute' },
    ],
  },
];
