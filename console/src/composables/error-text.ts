/** What failed, in words, with the request id and whether trying again can help. */

import { useI18n } from 'vue-i18n';
import { ProblemError, UnreachableError } from '../api/http.js';

export interface ErrorText {
  readonly title: string;
  /** The server's own sentence; `''` where it has none. */
  readonly detail: string;
  readonly requestId: string;
}

export function useErrorText(): (error: unknown) => ErrorText {
  const { t, te } = useI18n();
  return (error) => {
    if (error instanceof UnreachableError)
      return { title: t('error.unreachable'), detail: t('error.unreachableNext'), requestId: '' };
    if (error instanceof ProblemError) {
      const { status, detail, title, instance } = error.problem;
      const key = `error.status.${status}`;
      return { title: te(key) ? t(key) : title, detail, requestId: instance };
    }
    return { title: t('error.unknown'), detail: error instanceof Error ? error.message : '', requestId: '' };
  };
}
