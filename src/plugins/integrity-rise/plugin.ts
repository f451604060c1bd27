/**
 * A process runs at a higher integrity level than its parent, inside one chain: somebody was elevated on the way. Consent is ordinary, so it
 * scores little, and once for a chain; beside other evidence it tells where the rights came from. Whichever of parent and child is seen first, the
 * answer is the same: it rests on what create events say of levels and GUIDs, never on a pid, whose meaning may change later.
 */

import {
  definePlugin,
  isEventBefore,
  normaliseGuid,
  textOf,
  type Event,
  type EvidenceEvent,
  type PluginCall,
} from '../../plugin-sdk/index.js';

const LEVELS: readonly string[] = ['untrusted', 'low', 'medium', 'high', 'system'];
/** From low to medium is how a browser's own parts talk; what matters begins above an ordinary person's rights. */
const MEDIUM = LEVELS.indexOf('medium');
/** Past this many elevated children of one parent, later ones are compared only if their parent was seen before them. */
const CHILDREN_MAX = 1000;

/** Names in a process's memory: its own level, what its own create said, and its children's. */
const LEVEL = 'level';
const CREATED = 'created';
const CHILDREN = 'children';

interface Created {
  readonly level: number;
  readonly text: string;
  readonly event: EvidenceEvent;
}

export default definePlugin({
  name: 'integrity-rise',
  version: '1.0.0',
  title: { en: 'Integrity level rise', zh: '完整性级别提升' },
  description: {
    en: 'A process that runs at a higher integrity level than the process that started it.',
    zh: '进程的完整性级别高于启动它的进程。',
  },
  settings: { points: 30 },

  init({ settings: { points } }) {
    if (!(points >= 0)) throw new RangeError('The setting points must not be negative.');

    const judge = (call: PluginCall, parentLevel: number, childId: string, child: Created): void => {
      if (child.level <= parentLevel) return;
      call.addEvidence({
        key: 'rise',
        processId: childId,
        event: child.event,
        points,
        title: { en: 'Runs with more rights than its parent', zh: '权限高于父进程' },
        techniques: ['T1548'],
        matched: [{ field: 'IntegrityLevel', value: child.text }],
      });
    };

    return {
      seesRepeats: true,
      processCreated(call) {
        const { event, process } = call;
        const text = textOf(event, 'IntegrityLevel') ?? '';
        const level = LEVELS.indexOf(text.toLowerCase());
        if (level < 0 || process.isRoot || !hasGuid(event, 'ProcessGuid')) return;

        const { processMemory } = call;
        const ownLevel = Math.min(level, levelIn(processMemory) ?? level);
        processMemory.set(LEVEL, ownLevel);
        for (const [childId, child] of knownChildren(processMemory) ?? []) judge(call, ownLevel, childId, child);

        if (level <= MEDIUM || !hasGuid(event, 'ParentProcessGuid')) return;
        const { parentMemory } = call;
        if (parentMemory === undefined) return;
        const created = { level, text, event: call.eventRef() };
        const known = processMemory.get(CREATED) as Created | undefined;
        if (known !== undefined && !isBetter(created, known)) return;
        processMemory.set(CREATED, created);
        const siblings = knownChildren(parentMemory) ?? new Map<string, Created>();
        parentMemory.set(CHILDREN, siblings);
        if (siblings.size < CHILDREN_MAX || siblings.has(process.id)) siblings.set(process.id, created);
        const parentLevel = levelIn(parentMemory);
        if (parentLevel !== undefined) judge(call, parentLevel, process.id, created);
      },
    };
  },
});

function levelIn(memory: ReadonlyMap<string, unknown>): number | undefined {
  return memory.get(LEVEL) as number | undefined;
}

function knownChildren(memory: ReadonlyMap<string, unknown>): Map<string, Created> | undefined {
  return memory.get(CHILDREN) as Map<string, Created> | undefined;
}

/** Of several records of one creation, the one that states most, then the earliest. */
function isBetter(one: Created, other: Created): boolean {
  return one.level === other.level ? isEventBefore(one.event, other.event) : one.level > other.level;
}

function hasGuid(event: Event, field: string): boolean {
  return normaliseGuid(textOf(event, field) ?? '') !== '';
}
