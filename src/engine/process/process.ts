/** One run of a program on a host: what is known of it, from whichever events told it. Facts join, so their order of arrival does not matter. */

import { keptCommandLine, keptText } from '../base/kept-text.js';
import type { Chain } from '../chain/chain.js';
import type { DayChains } from '../chain/day-chains.js';
import { textOf, integerOf, type Event, type Sensor } from '../event/event.js';
import type { PluginProcess } from '../plugin/plugin.js';
import type { Memories } from '../plugin/plugin-runner.js';
import type { Evidence } from '../score/evidence.js';
import type { LedgerItem } from '../score/ledger.js';
import { addCount, NO_COUNTS } from '../score/hit-counts.js';
import { startFromGuid } from './guid.js';
import type { HostTable } from './host-table.js';

/** What a create event says of the new process and of its parent. Taken out of the event, which is several times as large and may go. */
export interface CreateFacts extends EventOrder {
  /** Halves of the record identity as signed numbers: most unsigned ones would be an object each. */
  readonly idHigh: number;
  readonly idLow: number;
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

/** @param parent  where it is known: most create events repeat its command line, which is held once then */
export function createFacts(event: Event, parent?: Process): CreateFacts {
  const parentCommandLine = textOf(event, 'ParentCommandLine') ?? '';
  const known = parent?.commandLine ?? '';
  return {
    timeMs: event.timeMs,
    idHigh: event.idHigh | 0,
    idLow: event.idLow | 0,
    file: event.file,
    line: event.line,
    sensor: event.sensor,
    image: keptText(textOf(event, 'Image') ?? ''),
    commandLine: keptCommandLine(textOf(event, 'CommandLine') ?? ''),
    user: keptText(textOf(event, 'User') ?? ''),
    integrityLevel: keptText(textOf(event, 'IntegrityLevel') ?? ''),
    hashes: keptText(textOf(event, 'Hashes') ?? ''),
    currentDirectory: keptText(textOf(event, 'CurrentDirectory') ?? ''),
    originalFileName: keptText(textOf(event, 'OriginalFileName') ?? ''),
    parentImage: keptText(textOf(event, 'ParentImage') ?? ''),
    parentCommandLine: parentCommandLine === known ? known : keptCommandLine(parentCommandLine),
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

/** What a process says of its parent where no GUID names it. */
export interface StatedParent {
  readonly pid: number;
  /** When it had that parent, by the sensor that says so. */
  readonly timeMs: number;
  /** `''` where no sensor says it. */
  readonly image: string;
}

const SYSTEM_PID = 4;

const NO_EVIDENCE: ReadonlyMap<string, Evidence> = new Map();

/** What most processes have nothing of; made with the first of it. */
class Holdings {
  evidence: Map<string, Evidence> | undefined;
  derived: Map<string, readonly Evidence[]> | undefined;
  referred: Set<Evidence> | undefined;
  displaced: Map<string, Evidence> | undefined;
  hitCounts: Map<string, number> | undefined;
  memory: Memories | undefined;
  carried: readonly LedgerItem[] | undefined;
}

/** Yes and no, all in one number: each alone would weigh as much as all of them. */
const IS = { root: 1, gap: 2, hostEvents: 4, parentCertain: 8, endCertain: 16 } as const;

/** There are millions: every field here is eight bytes for each, so what few of them need is not a field of its own. */
export class Process implements PluginProcess {
  /** Create events by sensor; the earliest of each. Sysmon's wins, the other fills what it leaves empty. */
  sysmonCreate: CreateFacts | undefined;
  securityCreate: CreateFacts | undefined;
  mention: Mention | undefined;

  // `undefined` rather than 0: a field that holds times and small numbers in turn makes each of them an object.
  #endMs: number | undefined;
  readonly #statedStartMs: number | undefined;
  #is = 0;
  parent: Process | undefined;
  #children: Set<Process> | undefined;
  /** The process that this one turned out to be. */
  absorbedBy: Process | undefined;
  /** What the image was when the process was last placed. */
  settledImage: string | undefined;
  /** Chain of a process that is no root. */
  chain: Chain | undefined;
  /** Chains of a root process's own deeds, by UTC day. */
  dayChains: DayChains | undefined;
  #holdings: Holdings | undefined;
  /** Its place in the snapshot that is being written; says nothing at other times. */
  snapshotPlace = 0;

  /**
   * @param guid             as Sysmon spells it, `''` where the sensor gives none
   * @param statedStartMs  start of a process without GUID as its create event says, 0 where unknown
   */
  constructor(
    readonly id: string,
    readonly hostTable: HostTable,
    readonly guid: string,
    public pid: number,
    statedStartMs: number,
  ) {
    this.#statedStartMs = statedStartMs === 0 ? undefined : statedStartMs;
  }

  /** Start as its identity says: from the GUID (to the second) or the create event; 0 where unknown. */
  get identityStartMs(): number {
    return this.guid === '' ? (this.#statedStartMs ?? 0) : startFromGuid(this.guid);
  }

  /** Event time of its end, 0 where none was seen. */
  get endMs(): number {
    return this.#endMs ?? 0;
  }

  set endMs(timeMs: number) {
    this.#endMs = timeMs === 0 ? undefined : timeMs;
  }

  get isRoot(): boolean {
    return this.#isSet(IS.root);
  }

  set isRoot(value: boolean) {
    this.#set(IS.root, value);
  }

  /** Stands for a run that only references by pid name: a placeholder of one pid's timeline, which may withdraw it. */
  get isGap(): boolean {
    return this.#isSet(IS.gap);
  }

  set isGap(value: boolean) {
    this.#set(IS.gap, value);
  }

  /** Stands for no run of a program: what is held of it are hits on events that name no process. A root, so judged by day; see `HostTable.hostEvents`. */
  get isHostEvents(): boolean {
    return this.#isSet(IS.hostEvents);
  }

  set isHostEvents(value: boolean) {
    this.#set(IS.hostEvents, value);
  }

  /** A GUID named the parent; a pid is not asked any more. */
  get parentIsCertain(): boolean {
    return this.#isSet(IS.parentCertain);
  }

  set parentIsCertain(value: boolean) {
    this.#set(IS.parentCertain, value);
  }

  /** A GUID named it as what ended; an end by pid is not asked any more. */
  get endIsCertain(): boolean {
    return this.#isSet(IS.endCertain);
  }

  set endIsCertain(value: boolean) {
    this.#set(IS.endCertain, value);
  }

  /** What its deeds are judged in: its chain, or those of its days. */
  get chains(): Iterable<Chain> {
    if (this.isRoot) return this.dayChains?.values() ?? [];
    return this.chain === undefined ? [] : [this.chain];
  }

  /** Made when first asked for, as `evidence` is: most processes have neither, and empty ones would be half of what a process weighs. */
  get children(): Set<Process> {
    return (this.#children ??= new Set());
  }

  get hasChildren(): boolean {
    return this.#children !== undefined && this.#children.size > 0;
  }

  /** Strongest evidence by ledger key; a root process's is in its chains of days. */
  get evidence(): Map<string, Evidence> {
    return (this.#held.evidence ??= new Map());
  }

  get hasEvidence(): boolean {
    const held = this.#holdings;
    return (
      held !== undefined &&
      ((held.evidence !== undefined && held.evidence.size > 0) ||
        held.derived !== undefined ||
        held.carried !== undefined)
    );
  }

  /** The same, where nothing is to be made for it. */
  get heldEvidence(): ReadonlyMap<string, Evidence> {
    return this.#holdings?.evidence ?? NO_EVIDENCE;
  }

  /** What correlations and judges of starts say of it, by rule or plugin; of a root process its chains of days hold that. */
  get derived(): Map<string, readonly Evidence[]> | undefined {
    return this.#holdings?.derived;
  }

  set derived(derived: Map<string, readonly Evidence[]> | undefined) {
    if (derived !== undefined || this.#holdings !== undefined) this.#held.derived = derived;
  }

  /** What the chain held that began with it and left for want of room; of a root process its chains of days hold that. */
  get carried(): readonly LedgerItem[] | undefined {
    return this.#holdings?.carried;
  }

  set carried(carried: readonly LedgerItem[] | undefined) {
    if (carried !== undefined || this.#holdings !== undefined) this.#held.carried = carried;
  }

  /** Evidence of events that named this process by its pid: may turn out to belong to another run. */
  get referred(): Set<Evidence> | undefined {
    return this.#holdings?.referred;
  }

  set referred(referred: Set<Evidence> | undefined) {
    this.#held.referred = referred;
  }

  /** Certain evidence that a stronger one by pid took the place of. */
  get displaced(): Map<string, Evidence> | undefined {
    return this.#holdings?.displaced;
  }

  set displaced(displaced: Map<string, Evidence> | undefined) {
    this.#held.displaced = displaced;
  }

  get memory(): Memories | undefined {
    return this.#holdings?.memory;
  }

  set memory(memory: Memories | undefined) {
    if (memory !== undefined || this.#holdings !== undefined) this.#held.memory = memory;
  }

  /** How often each rule fired on it. */
  get hitCounts(): ReadonlyMap<string, number> {
    return this.#holdings?.hitCounts ?? NO_COUNTS;
  }

  countHits(rule: string, by: number): void {
    addCount((this.#held.hitCounts ??= new Map()), rule, by);
  }

  /** False for one that was forgotten for want of room, or stood for nothing: some reference may still hold on to it. */
  get isKnown(): boolean {
    return this.isHostEvents || this.hostTable.processes.get(this.id) === this;
  }

  get host(): string {
    return this.hostTable.name;
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

  /** A copy that shows the same and holds on to nothing but its host. */
  withoutLinks(): Process {
    const copy = new Process(this.id, this.hostTable, this.guid, this.pid, this.guid === '' ? this.identityStartMs : 0);
    copy.sysmonCreate = this.sysmonCreate;
    copy.securityCreate = this.securityCreate;
    copy.mention = this.mention;
    copy.endMs = this.endMs;
    copy.#is = this.#is;
    return copy;
  }

  /** @returns true if anything that the process shows may have changed */
  addCreate(facts: CreateFacts): boolean {
    const slot = facts.sensor === 'security' ? 'securityCreate' : 'sysmonCreate';
    const known = this[slot];
    if (known !== undefined && !isEarlier(facts, known)) return false;
    this[slot] = facts;
    return true;
  }

  /**
   * False if a deed at that time adds nothing whatever it says: the creates told all, or there is a better mention. Nearly always so. Asked of what is
   * known and not of whether a create was seen: what the create leaves out a deed may say, whichever of them comes first.
   */
  mayBeMentioned(timeMs: number): boolean {
    if (this.#isTold) return false;
    const { mention } = this;
    return mention === undefined || mention.image === '' || (mention.rank !== 0 && mention.timeMs >= timeMs);
  }

  /** Nothing of a mention can be shown. */
  get #isTold(): boolean {
    const { sysmonCreate: one, securityCreate: other } = this;
    return !!(one?.image || other?.image) && !!(one?.commandLine || other?.commandLine) && !!(one?.user || other?.user);
  }

  /** @returns true if the mention is better than what was known: a child's word before its own deeds, then the earliest */
  addMention(mention: Mention): boolean {
    const known = this.mention;
    if (known !== undefined && !isBetterMention(mention, known)) return false;
    const { rank, timeMs, image, commandLine, user } = mention;
    const ours = this.commandLine;
    this.mention = {
      rank,
      timeMs,
      image: keptText(image),
      commandLine: commandLine === ours ? ours : keptCommandLine(commandLine),
      user: keptText(user),
    };
    return true;
  }

  /** Sysmon's word before the other sensor's, whichever came first; what one leaves out of the same parent the other may say. */
  get statedParent(): StatedParent | undefined {
    const { sysmonCreate, securityCreate } = this;
    const first = isPid(sysmonCreate?.parentPid) ? sysmonCreate : securityCreate;
    if (first === undefined || !isPid(first.parentPid)) return undefined;
    const { parentPid: pid, timeMs } = first;
    const other = first === sysmonCreate ? securityCreate : sysmonCreate;
    const image = first.parentImage || (other?.parentPid === pid ? other.parentImage : '');
    return { pid, timeMs, image: image === '' && pid === SYSTEM_PID ? 'System' : image };
  }

  /** The create event that a field is taken from; `undefined` where none states it. */
  createStating(field: CreatedField): CreateFacts | undefined {
    if (this.sysmonCreate?.[field]) return this.sysmonCreate;
    return this.securityCreate?.[field] ? this.securityCreate : undefined;
  }

  #created(field: CreatedField): string {
    return this.sysmonCreate?.[field] || this.securityCreate?.[field] || '';
  }

  get #held(): Holdings {
    return (this.#holdings ??= new Holdings());
  }

  #isSet(flag: number): boolean {
    return (this.#is & flag) !== 0;
  }

  #set(flag: number, value: boolean): void {
    this.#is = value ? this.#is | flag : this.#is & ~flag;
  }
}

function isPid(pid: number | undefined): boolean {
  return pid !== undefined && pid > 0;
}

export function isSameParent(one: StatedParent | undefined, other: StatedParent | undefined): boolean {
  return one?.pid === other?.pid && one?.timeMs === other?.timeMs && one?.image === other?.image;
}

/** The process that stands for `process` now. */
export function currentOf(process: Process): Process {
  let current = process;
  while (current.absorbedBy !== undefined) current = current.absorbedBy;
  return current;
}

type EventOrder = Pick<Event, 'timeMs' | 'idHigh' | 'idLow' | 'file' | 'line'>;

/** The order of `isEventBefore`, on what is kept of a create event. */
export function isEarlier(one: EventOrder, other: EventOrder): boolean {
  if (one.timeMs !== other.timeMs) return one.timeMs < other.timeMs;
  if (one.idHigh !== other.idHigh) return one.idHigh >>> 0 < other.idHigh >>> 0;
  if (one.idLow !== other.idLow) return one.idLow >>> 0 < other.idLow >>> 0;
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
