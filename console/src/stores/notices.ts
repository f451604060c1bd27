/** Short messages at the foot of the page, with an undo where there is one; the newest is also read out. */

import { defineStore } from 'pinia';
import { ref } from 'vue';

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly tone: 'done' | 'failed';
  readonly undo: (() => Promise<void>) | undefined;
}

const SHOWN_MS = 10_000;
const SHOWN_AT_ONCE = 3;

export const useNotices = defineStore('notices', () => {
  const notices = ref<Notice[]>([]);
  let last = 0;

  const dismiss = (id: number): void => {
    notices.value = notices.value.filter((notice) => notice.id !== id);
  };
  const add = (text: string, tone: Notice['tone'], undo?: () => Promise<void>): void => {
    last += 1;
    const id = last;
    notices.value = [...notices.value, { id, text, tone, undo }].slice(-SHOWN_AT_ONCE);
    setTimeout(() => dismiss(id), SHOWN_MS);
  };
  return {
    notices,
    dismiss,
    done: (text: string, undo?: () => Promise<void>): void => add(text, 'done', undo),
    failed: (text: string): void => add(text, 'failed'),
    /** Undoes the newest that can be; false where there is none. */
    undoLast: (): boolean => {
      const notice = notices.value.findLast((candidate) => candidate.undo !== undefined);
      if (!notice?.undo) return false;
      dismiss(notice.id);
      void notice.undo();
      return true;
    },
  };
});
