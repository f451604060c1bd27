/**
 * A process runs at a higher integrity level than its parent, inside one chain: somebody was elevated on the way. Consent is ordinary, so it
 * scores little, and once for a chain; beside other evidence it tells where the rights came from. Which of the two is seen first, and whether the
 * parent is named by GUID or by a pid whose meaning later events change, makes no difference: it is judged anew whenever more is known.
 */

import { definePlugin } from '../../plugin-sdk/index.js';

const LEVELS: readonly string[] = ['untrusted', 'low', 'medium', 'high', 'system'];
/** From low to medium is how a browser's own parts talk; what matters begins above an ordinary person's rights. */
const MEDIUM = LEVELS.indexOf('medium');

export default definePlugin({
  name: 'integrity-rise',
  version: '1.1.0',
  title: { en: 'Integrity level rise', zh: '完整性级别提升' },
  description: {
    en: 'A process that runs at a higher integrity level than the process that started it.',
    zh: '进程的完整性级别高于启动它的进程。',
  },
  settings: { points: 30 },

  init({ settings: { points } }) {
    if (!(points >= 0)) throw new RangeError('The setting points must not be negative.');
    return {
      judgeStart({ process, parent, eventStating }) {
        const level = levelOf(process.integrityLevel);
        if (level <= MEDIUM) return undefined;
        const parentLevel = levelOf(parent.integrityLevel);
        if (parentLevel < 0 || parentLevel >= level) return undefined;
        const event = eventStating('integrityLevel');
        if (event === undefined) return undefined;
        return {
          key: 'rise',
          event,
          points,
          title: { en: 'Runs with more rights than its parent', zh: '权限高于父进程' },
          techniques: ['T1548'],
          matched: [{ field: 'IntegrityLevel', value: process.integrityLevel }],
        };
      },
    };
  },
});

/** -1 for what is no level. */
function levelOf(text: string): number {
  return text === '' ? -1 : LEVELS.indexOf(text.toLowerCase());
}
