import type { TaskStepKind } from '../../api/types.ts';
import { storageKey } from '../../data/outbox.svelte.ts';
import { tasks } from '../../data/tasks.svelte.ts';
import { t } from '../../ui/i18n.svelte.ts';

/** Which form stands open, and what was last done. */
class Forms {
  task = $state(0);
  kind = $state<TaskStepKind | undefined>(undefined);
  /** Said once, for screen readers too. */
  said = $state('');
  failed = $state(false);

  /** Opens the form of a step; accepting needs none. */
  open(task: number, kind: TaskStepKind): void {
    if (kind === 'accept') {
      void this.keep(() => tasks.step(task, 'accept'), task);
      return;
    }
    this.task = task;
    this.kind = kind;
  }
  close(): void {
    this.kind = undefined;
  }

  /** Does what keeps a step, and says whether it is kept. */
  async keep(act: () => Promise<void>, task: number): Promise<boolean> {
    try {
      await act();
    } catch (cause) {
      this.failed = true;
      this.said = t(storageKey(cause));
      return false;
    }
    this.failed = false;
    this.said = t('outbox.kept');
    // While there is a line: what photos of this task will need.
    if (navigator.onLine) void tasks.fetchTokens(task).catch(() => undefined);
    return true;
  }
}

export const forms = new Forms();
