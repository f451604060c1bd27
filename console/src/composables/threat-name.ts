/** What a threat is called: by its start process, or, where a host's events name no process, by their day. */

import { useI18n } from 'vue-i18n';
import type { ThreatSummary } from '../../../src/contract/index.js';
import { fileName } from '../ledger/ledger.js';

export function useThreatName(): (threat: Pick<ThreatSummary, 'kind' | 'start'>) => string {
  const { t } = useI18n();
  return ({ kind, start }) => {
    if (kind === 'host') return t('threat.hostEvents', { day: start.time?.slice(0, 10) ?? '?' });
    return fileName(start.image) || `pid ${start.pid}`;
  };
}
