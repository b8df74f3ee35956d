import { flushSync, mount, unmount } from 'svelte';
import { assistantApi, type Exchange, type Receipt } from '../../api/assistant.ts';
import { clock } from '../../ui/clock.svelte.ts';
import AnswerSheet from './AnswerSheet.svelte';

/** The receipt is fetched this long at most; without it the sheet says less. */
const patience = 4000;

let takeAway = () => {};

/** Prints one answer on a page of its own, wherever it stands on screen. */
export async function printAnswer(exchange: Exchange): Promise<void> {
  takeAway();
  const number = exchange.answer.receipt;
  const receipt: Receipt | undefined = number
    ? await assistantApi.receipt(number, AbortSignal.timeout(patience)).catch(() => undefined)
    : undefined;
  const root = document.documentElement;
  const theme = root.dataset.theme;
  const sheet = mount(AnswerSheet, {
    target: document.body,
    props: { exchange, receipt, printedAt: clock.read() },
  });
  // Paper is light, whatever the screen is.
  root.dataset.theme = 'light';
  const away = () => {
    takeAway = () => {};
    removeEventListener('afterprint', away);
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    void unmount(sheet);
  };
  takeAway = away;
  flushSync();
  addEventListener('afterprint', away);
  window.print();
}
