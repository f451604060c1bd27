/** What failed, in words, with the request id and whether trying again can help. */

import { useI18n } from 'vue-i18n';
import { ProblemError, UnreachableError } from '../api/http.js';

export interface ErrorText {
  readonly title: string;
  /** What the title cannot know; `''` where there is nothing of the kind. */
  readonly detail: string;
  /** Both in one line. */
  readonly sentence: string;
  readonly requestId: string;
}

/** Their details say what no words of ours can: a place, a file, a cause. Others repeat in English what the title says, or speak to programs. */
const DETAILED = new Set(['REQUEST_INVALID', 'HUNT_INVALID', 'RULES_UNREADABLE', 'EVENTS_STOPPED']);

export function useErrorText(): (error: unknown) => ErrorText {
  const { t, te } = useI18n();
  const textOf = (title: string, detail = '', requestId = ''): ErrorText => ({
    title,
    detail,
    sentence: detail === '' ? title : t('error.sentence', { title, detail }),
    requestId,
  });
  return (error) => {
    if (error instanceof UnreachableError) return textOf(t('error.unreachable'), t('error.unreachableNext'));
    if (error instanceof ProblemError) {
      const { code, status, detail, title, instance } = error.problem;
      if (te(`error.code.${code}`)) return textOf(t(`error.code.${code}`), DETAILED.has(code) ? detail : '', instance);
      return textOf(te(`error.status.${status}`) ? t(`error.status.${status}`) : title, detail, instance);
    }
    return textOf(t('error.unknown'), error instanceof Error ? error.message : '');
  };
}
