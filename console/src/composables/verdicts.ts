/** Verdicts: said at once on the screen by the caller, confirmed by the server, undone for ten seconds, refused where a colleague was quicker. */

import { useI18n } from 'vue-i18n';
import type { ThreatChange, Threat, Verdict, VerdictReason } from '../../../src/contract/index.js';
import { deleteThreat, patchThreat } from '../api/calls.js';
import { ProblemError } from '../api/http.js';
import { useNotices } from '../stores/notices.js';
import { useErrorText } from './error-text.js';
import { useFormat } from './format.js';

/** What a verdict needs to know of a threat; both the page and the list have it. */
export type Judged = Pick<Threat, 'id' | 'verdict' | 'reason' | 'note' | 'revision'>;

export interface VerdictWords {
  readonly verdict: Verdict;
  readonly reason: VerdictReason;
  /** `undefined` leaves the note as it is. */
  readonly note?: string | undefined;
}

export interface VerdictOutcome {
  readonly changed: Threat[];
  /** Ids whose change the server refused. */
  readonly refused: string[];
}

const CONFLICTS: ReadonlySet<number> = new Set([409, 412]);

export function useVerdicts(after: (threats: readonly Threat[]) => void) {
  const { t } = useI18n();
  const format = useFormat();
  const notices = useNotices();
  const errorText = useErrorText();

  const explain = (error: unknown): void => {
    if (error instanceof ProblemError && CONFLICTS.has(error.problem.status)) {
      notices.failed(t('verdict.conflict'));
      return;
    }
    notices.failed(errorText(error).sentence);
  };

  const change = async (threats: readonly Judged[], to: (threat: Judged) => ThreatChange): Promise<VerdictOutcome> => {
    const changed: Threat[] = [];
    const refused: string[] = [];
    let failure: unknown;
    // One after the other: the first refusal of a kind is enough to explain, and the server keeps its order.
    for (const threat of threats) {
      try {
        changed.push(await patchThreat(threat.id, to(threat), threat.revision));
      } catch (error) {
        refused.push(threat.id);
        failure = error;
      }
    }
    if (refused.length > 0) explain(failure);
    return { changed, refused };
  };

  const judge = async (threats: readonly Judged[], words: VerdictWords): Promise<VerdictOutcome> => {
    const { verdict, reason, note } = words;
    const outcome = await change(threats, () => ({ verdict, reason, ...(note === undefined ? {} : { note }) }));
    if (outcome.changed.length > 0) {
      const before = new Map(threats.map((threat) => [threat.id, threat]));
      notices.done(format.counted(`verdict.done.${verdict}`, outcome.changed.length), async () => {
        const undone = await change(outcome.changed, ({ id }) => {
          const old = before.get(id);
          return { verdict: old?.verdict ?? 'open', reason: old?.reason ?? '', note: old?.note ?? '' };
        });
        after(undone.changed);
      });
    }
    return outcome;
  };

  const remove = async (threats: readonly Judged[]): Promise<string[]> => {
    const removed: string[] = [];
    for (const threat of threats) {
      try {
        await deleteThreat(threat.id);
        removed.push(threat.id);
      } catch (error) {
        explain(error);
        break;
      }
    }
    if (removed.length > 0) notices.done(format.counted('verdict.done.deleted', removed.length));
    return removed;
  };

  return { judge, remove };
}
