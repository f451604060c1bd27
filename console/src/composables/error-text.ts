/** What failed, in words, with the request id and whether trying again can help. */

import { useI18n } from 'vue-i18n';
import type { Problem, ProblemPart } from '../../../src/contract/index.js';
import { ProblemError, UnreachableError } from '../api/http.js';
import { plainOf } from '../text/escape.js';

export interface ErrorText {
  readonly title: string;
  /** What the title cannot know; `''` where there is nothing of the kind. */
  readonly detail: string;
  /** Both in one line. */
  readonly sentence: string;
  readonly requestId: string;
}

/** Their details say what no words of ours can: a place, a file, a cause. Others repeat in English what the title says, or speak to programs. */
const DETAILED = new Set(['REQUEST_INVALID', 'HUNT_INVALID', 'RULES_UNREADABLE', 'EVENTS_STOPPED', 'STATE_FAILED']);

export function useErrorText(): (error: unknown) => ErrorText {
  const { t, te, locale } = useI18n();
  const textOf = (title: string, detail = '', requestId = ''): ErrorText => ({
    title,
    detail,
    sentence: detail === '' ? title : t('error.sentence', { title, detail }),
    requestId,
  });

  /** `undefined` where the console has no words for it. */
  const partText = ({ path, message, rule = '', limit = 0, offset }: ProblemPart): string | undefined => {
    const name = /\/([a-zA-Z]+)(?:\/\d+)?$/.exec(path)?.[1] ?? '';
    if (offset !== undefined) {
      const fault = t(rule === 'type' ? 'error.expression.type' : 'error.expression.syntax');
      // What the parser says is about the text itself, and in English.
      const detail = plainOf(message.replace(/ \(at character \d+\)$/, ''), 200);
      return t('error.expression.at', { fault, n: offset + 1, detail });
    }
    if (!te(`error.fault.${rule}`)) return undefined;
    const field = te(`error.field.${name}`) ? t(`error.field.${name}`) : plainOf(path, 80);
    return t('error.sentence', { title: field, detail: t(`error.fault.${rule}`, { n: limit }, limit) });
  };

  const detailOf = ({ code, detail, errors, cause = '' }: Problem): string => {
    if (!DETAILED.has(code)) return '';
    const own = errors?.[0] === undefined ? undefined : partText(errors[0]);
    if (own !== undefined) return own;
    // In English the server has said it, with the place.
    return locale.value !== 'en' && te(`error.cause.${cause}`) ? t(`error.cause.${cause}`) : detail;
  };

  return (error) => {
    if (error instanceof UnreachableError) return textOf(t('error.unreachable'), t('error.unreachableNext'));
    if (error instanceof ProblemError) {
      const { code, status, detail, title, instance } = error.problem;
      if (te(`error.code.${code}`)) return textOf(t(`error.code.${code}`), detailOf(error.problem), instance);
      return textOf(te(`error.status.${status}`) ? t(`error.status.${status}`) : title, detail, instance);
    }
    return textOf(t('error.unknown'), error instanceof Error ? error.message : '');
  };
}
