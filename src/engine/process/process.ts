/** One run of a program on a host: what is known of it, from whichever events told it. Facts join, so their order of arrival does not matter. */

import type { Chain } from '../chain/chain.js';
import { textOf, integerOf, type Event, type Sensor } from '../event/event.js';
import type { PluginProcess } from '../plugin/plugin.js';
import type { Memories } from '../plugin/plugin-runner.js';
import type { Evidence } from '../score/evidence.js';
import { addCount, NO_COUNTS } from '../score/hit-counts.js';
import { displayGuid } from './guid.js';
import type { HostTable } from './host-table.js';

/** What a create event says of the new process and of its parent. Taken out of the event, which is several times as large and may go. */
export interface CreateFacts extends EventOrder {
  readonly sensor: Sensor;
  readonly image: string;
  readonly commandLine: string;
  readonly user: string;
  readonly integrityLevel: string;
  readonly hashes: string;
  readonly currentDirectory: string;
  readonly originalFileName: string;
  readonly parentImage: string;
  readonly parentCommandLine: string;
  readonly parentPid: number;
}

/** Fields of which `createStating` tells the create event that they are taken from. */
export type CreatedField =
  'integrityLevel' | 'hashes' | 'currentDirectory' | 'originalFileName' | 'parentImage' | 'parentCommandLine';

export function createFacts(event: Event): CreateFacts {
  return {
    timeMs: event.timeMs,
    idHigh: event.idHigh,
    idLow: event.idLow,
    file: event.file,
    line: event.line,
    sensor: event.sensor,
    image: textOf(event, 'Image') ?? '',
    commandLine: textOf(event, 'CommandLine') ?? '',
    user: textOf(event, 'User') ?? '',
    integrityLevel: textOf(event, 'IntegrityLevel') ?? '',
    hashes: textOf(event, 'Hashes') ?? '',
    currentDirectory: textOf(event, 'CurrentDirectory') ?? '',
    originalFileName: textOf(event, 'OriginalFileName') ?? '',
    parentImage: textOf(event, 'ParentImage') ?? '',
    parentCommandLine: textOf(event, 'ParentCommandLine') ?? '',
    parentPid: integerOf(event, 'ParentProcessId') ?? 0,
  };
}

/** What events other than its own create said of a process: kept until the create is seen, and where it says nothing. */
export interface Mention {
  /** 0: a child's create named it as parent; 1: it acted. */
  readonly rank: 0 | 1;
  readonly timeMs: number;
  readonly image: string;
  readonly commandLine: string;
  readonly user: string;
}

const NO_EVIDENCE: ReadonlyMap<string, Evidence> = new Map();

export class Process implements PluginProcess {
  /** Create events by sensor; the earliest of each. Sysmon's wins, the other fills what it leaves empty. */
  sysmonCreate: CreateFacts | undefined;
  securityCreate: CreateFacts | undefined;
  mention: Mention | undefined;

  /** Event time of its end, 0 where none was seen. */
  endMs = 0;
  parent: Process | undefined;
  #children: Set<Process> | undefined;
  /** A GUID named the parent; a pid is not asked any more. */
  parentIsCertain = false;
  /** The process that this one turned out to be. */
  absorbedBy: Process | undefined;
  isRoot = false;
  /** Stands for a run that only references by pid name: a placeholder of one pid's timeline, which may withdraw it. */
  isGap = false;
  /** Stands for no run of a program: what is held of it are hits on events that name no process. A root, so judged by day; see `HostTable.hostEvents`. */
  isHostEvents = false;
  /** What the image was when the process was last placed. */
  settledImage: string | undefined;
  /** Chain of a process that is no root. */
  chain: Chain | undefined;
  /** Chains of a root process's own deeds, by UTC day. */
  dayChains: Map<number, Chain> | undefined;

  #evidence: Map<string, Evidence> | undefined;
  /** What correlations and judges of starts say of it, by rule or plugin; of a root process its chains of days hold that. */
  derived: Map<string, readonly Evidence[]> | undefined;
  /** Evidence of events that named this process by its pid: may turn out to belong to another run. */
  referred: Set<Evidence> | undefined;
  /** Certain evidence that a stronger one by pid took the place of. */
  displaced: Map<string, Evidence> | undefined;
  #hitCounts: Map<string, number> | undefined;
  memory: Memories | undefined;
  /** Its place in the snapshot that is being written; says nothing at other times. */
  snapshotPlace = 0;

  constructor(
    public id: string,
    readonly hostTable: HostTable,
    /** Lower case without braces, `''` where the sensor gives none. */
    public bareGuid: string,
    public pid: number,
    /** Start as its identity says: from the GUID (to the second) or the create event; 0 where unknown. */
    public identityStartMs: number,
  ) {}

  /** Made when first asked for, as `evidence` is: most processes have neither, and empty ones would be half of what a process weighs. */
  get children(): Set<Process> {
    return (this.#children ??= new Set());
  }

  get hasChildren(): boolean {
    return this.#children !== undefined && this.#children.size > 0;
  }

  /** Strongest evidence by ledger key; a root process's is in its chains of days. */
  get evidence(): Map<string, Evidence> {
    return (this.#evidence ??= new Map());
  }

  get hasEvidence(): boolean {
    return (this.#evidence !== undefined && this.#evidence.size > 0) || this.derived !== undefined;
  }

  /** The same, where nothing is to be made for it. */
  get heldEvidence(): ReadonlyMap<string, Evidence> {
    return this.#evidence ?? NO_EVIDENCE;
  }

  /** How often each rule fired on it. */
  get hitCounts(): ReadonlyMap<string, number> {
    return this.#hitCounts ?? NO_COUNTS;
  }

  countHits(rule: string, by: number): void {
    addCount((this.#hitCounts ??= new Map()), rule, by);
  }

  /** False for one that was forgotten for want of room, or stood for nothing: some reference may still hold on to it. */
  get isKnown(): boolean {
    return this.isHostEvents || this.hostTable.processes.get(this.id) === this;
  }

  get host(): string {
    return this.hostTable.name;
  }

  get guid(): string {
    return displayGuid(this.bareGuid);
  }

  get parentId(): string {
    return this.parent?.id ?? '';
  }

  get isPlaceholder(): boolean {
    return this.sysmonCreate === undefined && this.securityCreate === undefined;
  }

  /** Start by the create event's time, 0 while none was seen. */
  get startMs(): number {
    return (this.sysmonCreate ?? this.securityCreate)?.timeMs ?? 0;
  }

  get image(): string {
    return this.sysmonCreate?.image || this.securityCreate?.image || this.mention?.image || '';
  }

  get commandLine(): string {
    return this.sysmonCreate?.commandLine || this.securityCreate?.commandLine || this.mention?.commandLine || '';
  }

  get user(): string {
    return this.sysmonCreate?.user || this.securityCreate?.user || this.mention?.user || '';
  }

  get integrityLevel(): string {
    return this.#created('integrityLevel');
  }

  get hashes(): string {
    return this.#created('hashes');
  }

  get currentDirectory(): string {
    return this.#created('currentDirectory');
  }

  get originalFileName(): string {
    return this.#created('originalFileName');
  }

  get parentImage(): string {
    return this.#created('parentImage') || this.parent?.image || '';
  }

  get parentCommandLine(): string {
    return this.#created('parentCommandLine') || this.parent?.commandLine || '';
  }

  /** @returns true if anything that the process shows may have changed */
  addCreate(facts: CreateFacts): boolean {
    const slot = facts.sensor === 'security' ? 'securityCreate' : 'sysmonCreate';
    const known = this[slot];
    if (known !== undefined && !isEarlier(facts, known)) return false;
    this[slot] = facts;
    return true;
  }

  /** True if another deed, that named the image, was earlier: the usual case, and then a later one adds nothing. */
  isMentionedBefore(timeMs: number): boolean {
    return this.mention !== undefined && this.mention.image !== '' && this.mention.timeMs < timeMs;
  }

  /** @returns true if the mention is better than what was known: a child's word before its own deeds, then the earliest */
  addMention(mention: Mention): boolean {
    const known = this.mention;
    if (known !== undefined && !isBetterMention(mention, known)) return false;
    this.mention = mention;
    return true;
  }

  /** The create event that a field is taken from; `undefined` where none states it. */
  createStating(field: CreatedField): CreateFacts | undefined {
    if (this.sysmonCreate?.[field]) return this.sysmonCreate;
    return this.securityCreate?.[field] ? this.securityCreate : undefined;
  }

  #created(field: CreatedField): string {
    return this.sysmonCreate?.[field] || this.securityCreate?.[field] || '';
  }
}

/** The process that stands for `process` now. */
export function currentOf(process: Process): Process {
  let current = process;
  while (current.absorbedBy !== undefined) current = current.absorbedBy;
  return current;
}

type EventOrder = Pick<Event, 'timeMs' | 'idHigh' | 'idLow' | 'file' | 'line'>;

/** The order of `isEventBefore`, on what is kept of a create event. */
function isEarlier(one: EventOrder, other: EventOrder): boolean {
  if (one.timeMs !== other.timeMs) return one.timeMs < other.timeMs;
  if (one.idHigh !== other.idHigh) return one.idHigh < other.idHigh;
  if (one.idLow !== other.idLow) return one.idLow < other.idLow;
  if (one.file !== other.file) return (one.file ?? '') < (other.file ?? '');
  return one.line < other.line;
}

/** A named image before none, a child's word before a deed, then the earlier. */
export function isBetterMention(one: Mention, other: Mention): boolean {
  if ((one.image === '') !== (other.image === '')) return one.image !== '';
  if (one.rank !== other.rank) return one.rank < other.rank;
  if (one.timeMs !== other.timeMs) return one.timeMs < other.timeMs;
  const key = (mention: Mention): string => `${mention.image}\0${mention.commandLine}\0${mention.user}`;
  return key(one) < key(other);
}
