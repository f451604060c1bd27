/** What has changed since somebody last asked, each thing once, in its newest state: what a store has to write. */

import type { Chain } from './chain/chain.js';
import type { ChainRecord, Effects, EventRecord, ProcessRecord } from './effects.js';
import { hostKey } from './event/host-name.js';
import type { HostTable } from './process/host-table.js';
import type { Process } from './process/process.js';
import type { Threat } from './score/threat.js';
import { chainRecord, processRecord, threatOf } from './views.js';

interface LeavingNote {
  /** Nothing changes it any more. */
  readonly chain: Chain;
  readonly record: ChainRecord;
}

export class ChangeNotes {
  readonly #processes = new Set<Process>();
  readonly #chains = new Set<Chain>();
  #aliases: { from: string; to: string }[] = [];
  #forgotten: string[] = [];
  #withdrawn: string[] = [];
  #removed: { id: string; into: string | undefined }[] = [];
  #events: EventRecord[] = [];
  /** Of what left for want of room, as it was when it did; by id, as each may leave, come again and leave once more. */
  readonly #leftProcesses = new Map<string, ProcessRecord[]>();
  readonly #leftChains = new Map<string, LeavingNote[]>();

  /** @param isOn  false where nobody asks: nothing is noted then */
  constructor(private readonly isOn: boolean) {}

  /** Nothing changed since the last `take`. */
  get isEmpty(): boolean {
    return (
      this.#processes.size === 0 &&
      this.#chains.size === 0 &&
      this.#leftProcesses.size === 0 &&
      this.#leftChains.size === 0 &&
      this.#aliases.length === 0 &&
      this.#forgotten.length === 0 &&
      this.#withdrawn.length === 0 &&
      this.#removed.length === 0 &&
      this.#events.length === 0
    );
  }

  touch(chain: Chain | undefined, process: Process | undefined): void {
    if (!this.isOn) return;
    if (chain !== undefined) this.#chains.add(chain);
    if (process !== undefined) this.#processes.add(process);
  }

  event(record: EventRecord): void {
    this.#events.push(record);
  }

  /** A process that was another one, or none. */
  remove(process: Process, into: string | undefined): void {
    if (into === undefined) this.#processes.delete(process);
    if (!this.isOn) return;
    this.#leftProcesses.delete(process.id);
    this.#removed.push({ id: process.id, into });
  }

  alias(from: string, to: string): void {
    if (!this.isOn || from === to) return;
    this.#leftChains.delete(from);
    this.#aliases.push({ from, to });
  }

  /** The process is about to leave for want of room: what was not told of it is told as it is now. */
  left(process: Process): void {
    if (this.#processes.delete(process)) noteUnder(this.#leftProcesses, process.id, processRecord(process));
  }

  /** The same of a chain. */
  chainLeaves(chain: Chain): void {
    if (this.#chains.delete(chain)) noteUnder(this.#leftChains, chain.id, { chain, record: chainRecord(chain) });
  }

  /** The chain goes on from what it held when it left; another policy may make more or less of that. */
  resumed(chain: Chain): void {
    this.#leftChains.delete(chain.id);
    this.touch(chain, undefined);
  }

  /** The chain is part of another now, under whose id it is found. */
  joined(chain: Chain, into: Chain, formerId: () => string): void {
    this.#chains.delete(chain);
    this.touch(into, into.start);
    into.isThreat ||= chain.isThreat;
    if (this.isOn) this.alias(formerId(), into.id);
  }

  dissolved(chain: Chain, heir: Chain | undefined): void {
    this.#chains.delete(chain);
    if (!this.isOn) return;
    if (heir !== undefined) this.alias(chain.id, heir.id);
    else if (chain.isThreat) this.#withdraw(chain);
  }

  /** @param gone  the chains that the host had; none where it was not known */
  forgetHost(key: string, host: HostTable | undefined, gone: readonly Chain[]): void {
    this.#forgotten.push(key);
    for (const process of this.#processes) if (process.hostTable === host) this.#processes.delete(process);
    for (const chain of gone) {
      this.#chains.delete(chain);
      if (chain.isThreat) this.#withdraw(chain);
    }
    const left = [...this.#leftChains].filter(([, [note]]) => note!.chain.start.hostTable.key === key);
    for (const [id] of left) this.#leftChains.delete(id);
    for (const [id, [record]] of this.#leftProcesses) if (hostKey(record!.host) === key) this.#leftProcesses.delete(id);
    this.#events = this.#events.filter((event) => hostKey(event.host) !== key);
    this.#aliases = aliasesWithout(this.#aliases, new Set([...gone.map(({ id }) => id), ...left.map(([id]) => id)]));
  }

  #withdraw(chain: Chain): void {
    this.#leftChains.delete(chain.id);
    this.#withdrawn.push(chain.id);
  }

  /** Begins anew afterwards. A chain that a late fact brought below the threshold is told as withdrawn. */
  take(threshold: number, isKnown: (chain: Chain) => boolean): Effects {
    const threats: Threat[] = [];
    const chains: ChainRecord[] = [];
    const left = [...this.#leftChains.values()].flat();
    const known = [...this.#chains].filter(isKnown).map((chain) => ({ chain, record: chainRecord(chain) }));
    for (const { chain, record } of [...left, ...known]) {
      chains.push(record);
      if (chain.score >= threshold) {
        chain.isThreat = true;
        threats.push(threatOf(chain, threshold));
      } else if (chain.isThreat) {
        chain.isThreat = false;
        this.#withdrawn.push(chain.id);
      }
    }
    const processes = [...this.#leftProcesses.values()].flat();
    for (const process of this.#processes) {
      if (process.isKnown) processes.push(processRecord(process));
    }
    const effects: Effects = {
      forgotten: this.#forgotten,
      removed: this.#removed,
      processes,
      chains,
      threats,
      withdrawn: this.#withdrawn,
      aliases: this.#aliases,
      events: this.#events,
    };
    this.#chains.clear();
    this.#processes.clear();
    this.#leftProcesses.clear();
    this.#leftChains.clear();
    this.#forgotten = [];
    this.#withdrawn = [];
    this.#removed = [];
    this.#aliases = [];
    this.#events = [];
    return effects;
  }
}

function noteUnder<Note>(notes: Map<string, Note[]>, id: string, note: Note): void {
  const known = notes.get(id);
  if (known === undefined) notes.set(id, [note]);
  else known.push(note);
}

/** Of chains that joined one another in a row, the last is in `gone` or none is. */
function aliasesWithout(
  aliases: readonly { readonly from: string; readonly to: string }[],
  gone: Set<string>,
): { from: string; to: string }[] {
  return aliases
    .toReversed()
    .filter(({ from, to }) => {
      if (gone.has(to)) gone.add(from);
      return !gone.has(to);
    })
    .reverse();
}
