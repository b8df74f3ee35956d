import type { Exchange } from '../../api/assistant.ts';
import type { DispositionOrder } from '../../api/types.ts';
import { emptyOrder, firstSentence } from '../../data/action-order.ts';
import { indonesian } from '../../data/figures.ts';
import { t } from '../../ui/i18n.svelte.ts';

/** What an instruction may hold (city.DispositionOrder). */
const longest = 4000;

/**
 * The sheet by which an answer goes to the secretary: the question, the answer
 * with its figures and doubts, and its receipt. The mayor reads it and sends it.
 */
export function orderOfAnswer({ question, answer }: Exchange): DispositionOrder {
  const text = [
    t('ask.secretary_please'),
    '',
    `${t('ask.secretary_question')}: ${question.text}`,
    `${t('ask.secretary_answer')}: ${answer.text}`,
    ...answer.figures.map((f) => `• ${f.label}: ${indonesian(f.value, f.decimals)} ${f.unit}`.trimEnd()),
    ...answer.caveats,
    answer.receipt ? t('ask.secretary_receipt', { receipt: answer.receipt }) : '',
  ]
    .filter((line, i) => line || i === 1)
    .join('\n');
  return {
    ...emptyOrder(),
    role: 'sekda',
    subject: firstSentence(question.text),
    instruction: text.length > longest ? `${text.slice(0, longest - 1)}…` : text,
  };
}
