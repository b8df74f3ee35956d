import type { DispositionOrder, Obstacle, PartUsed, StepInput, TaskStepKind, Task } from '../../api/types.ts';
import { outbox } from '../../data/outbox.svelte.ts';
import { tasks } from '../../data/tasks.svelte.ts';
import type { Photo } from '../../outbox/item.ts';
import { device, type Taken } from './photo.ts';

/** What a form holds when it is sent. */
export interface Filled {
  text: string;
  percent: number;
  obstacle: Obstacle | '';
  office: string;
  days: number;
  stage: string;
  photos: Taken[];
  parts: PartUsed[];
}

/** Keeps a step with its photos, as one: the photos stand before the step that names them. */
export async function submit(task: Task, kind: TaskStepKind, form: Filled): Promise<void> {
  if (kind === 'pass_on') {
    await outbox.add([{ kind: 'order', disposition: task.id, order: orderOf(task, form) }]);
    return;
  }
  const stage: Photo['stage'] =
    kind === 'finish' ? 'after' : kind === 'progress' ? stageOf(form.stage) : 'during';
  const photos = form.photos.map((p) => ({
    kind: 'photo' as const,
    id: p.id,
    disposition: task.id,
    photo: {
      stage,
      takenAt: new Date(p.takenAt).toISOString(),
      lon: p.lon,
      lat: p.lat,
      accuracy: p.accuracy,
      device: device(),
      note: '',
      token: p.token,
      bytes: p.bytes,
    },
  }));
  const step: StepInput = {
    client_id: '',
    kind,
    ...(form.text && { text: form.text }),
    ...(kind === 'progress' && { percent: form.percent }),
    ...(kind === 'finish' && { percent: 100 }),
    ...(kind === 'hinder' && form.obstacle && { obstacle: form.obstacle }),
    ...(kind === 'decline' && form.office && { office: form.office }),
    ...(form.parts.length > 0 && { parts: form.parts }),
    ...(photos.length > 0 && { proofs: photos.map((p) => p.id) }),
  };
  await outbox.add([...photos, { kind: 'step', disposition: task.id, step }]);
  const first = form.photos[0];
  if (first && stage === 'before') await tasks.setBefore(task.id, first.bytes);
}

const stageOf = (stage: string): Photo['stage'] =>
  stage === 'before' || stage === 'after' ? stage : 'during';

/** The order that hands a task on: what it is about stays, the words and the time are new. */
function orderOf(task: Task, form: Filled): DispositionOrder {
  return {
    client_id: '',
    office: form.office,
    copies: [],
    nature: task.nature,
    subject: task.subject,
    instruction: form.text,
    due_days: form.days,
    parent_id: task.id,
    action: task.action,
    area_code: task.area_code,
    place: task.place,
    lon: task.lon,
    lat: task.lat,
    category: task.category,
    indicator: task.indicator,
    incidents: task.incidents,
    reports: task.reports,
    attachments: [],
  };
}
