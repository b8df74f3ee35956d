import Building2 from '@lucide/svelte/icons/building-2';
import CalendarCheck from '@lucide/svelte/icons/calendar-check';
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import Database from '@lucide/svelte/icons/database';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import MapIcon from '@lucide/svelte/icons/map';
import MessageCircleQuestionMark from '@lucide/svelte/icons/message-circle-question-mark';
import MessageSquareWarning from '@lucide/svelte/icons/message-square-warning';
import Network from '@lucide/svelte/icons/network';
import ScanEye from '@lucide/svelte/icons/scan-eye';
import Settings from '@lucide/svelte/icons/settings';
import type { Officer } from '../api/types.ts';
import type { session } from '../data/session.svelte.ts';
import type { Key } from '../ui/i18n.svelte.ts';

/** A view that navigation leads to. */
export interface View {
  path: string;
  /** Its name below the icon; title is the longer one above the view. */
  text: Key;
  title?: Key;
  icon: typeof MapIcon;
  /** Only for those of whom the session says so. */
  only?: 'hasTasks' | 'judgesProof';
}

const views: readonly View[] = [
  { path: '/tugas', text: 'nav.tasks', title: 'task.title', icon: ClipboardCheck, only: 'hasTasks' },
  { path: '/', text: 'nav.summary', icon: LayoutDashboard },
  { path: '/peta', text: 'nav.map', icon: MapIcon },
  { path: '/tindakan', text: 'action.title', icon: ClipboardList },
  { path: '/tanya', text: 'nav.ask', icon: MessageCircleQuestionMark },
  { path: '/kejadian', text: 'nav.incidents', icon: Network },
  { path: '/laporan', text: 'nav.reports', icon: MessageSquareWarning },
  { path: '/rapat', text: 'nav.meeting', title: 'meeting.title', icon: CalendarCheck },
  { path: '/perangkat', text: 'nav.offices', title: 'office_page.title', icon: Building2 },
  {
    path: '/bukti',
    text: 'nav.proof',
    title: 'proof.title',
    icon: ScanEye,
    only: 'judgesProof',
  },
  { path: '/sumber', text: 'nav.sources_short', title: 'nav.sources', icon: Database },
  { path: '/pengaturan', text: 'nav.settings', icon: Settings },
];

/** What a phone's bar holds beside "Lainnya": four fit. */
const usual = ['/', '/peta', '/tindakan', '/tanya'];
const doing = ['/tugas', '/', '/peta', '/tanya'];
const bars: Partial<Record<Officer['role'], readonly string[]>> = {
  sekda: ['/tugas', '/', '/tindakan', '/tanya'],
  operator: ['/', '/peta', '/laporan', '/tanya'],
  auditor: ['/', '/tindakan', '/bukti', '/laporan'],
};

/** The views of whom is signed in, in the order of the rail, and whether each stands in a phone's bar. */
export function viewsOf(who: typeof session): (View & { inBar: boolean })[] {
  const bar = (who.officer && bars[who.officer.role]) ?? (who.hasTasks ? doing : usual);
  return views.filter((v) => !v.only || who[v.only]).map((v) => ({ ...v, inBar: bar.includes(v.path) }));
}

/** What stands above a view: its first part of the path, "" for the summary. */
export function titleOf(first: string): Key {
  const view = views.find((v) => v.path === `/${first}`);
  return view?.title ?? view?.text ?? 'view.missing';
}
