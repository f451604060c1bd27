/** Tells whoever listens what changed, after it is stored. */

import type { Effects } from '../../engine/effects.js';
import { hostKey } from '../../engine/event/host-name.js';
import type { LiveNotice, LiveNotices } from '../live-ports.js';

/** A hundred bytes each, and a store keeps threats for ever: of one that changed longer ago than so many others nobody is told that it joined another. */
const THREATS_MAX = 100_000;

export class NoticeBoard implements LiveNotices {
  readonly #listeners = new Set<(notice: LiveNotice) => void>();
  /** Only a chain that was a threat is missed when it joins another. Changed longest ago first. */
  readonly #threats = new Set<string>();
  readonly #news = new Map<string, string>();

  constructor(private readonly threatsMax = THREATS_MAX) {}

  subscribe(listener: (notice: LiveNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Told once its row is stored. */
  heardAgain(host: string): void {
    this.#news.set(hostKey(host), host);
  }

  /** Takes in what threats there are. Nobody is told now. */
  know(threats: Iterable<string>): void {
    for (const id of threats) this.#know(id);
  }

  /** Takes in what a replay found, so that later joins are told. Nobody is told now. */
  remember(effects: Effects): void {
    for (const { from, to } of effects.aliases) if (this.#threats.delete(from)) this.#know(to);
    for (const id of effects.withdrawn) this.#threats.delete(id);
    for (const { id } of effects.threats) this.#know(id);
  }

  stored(effects: Effects): void {
    for (const { from, to } of effects.aliases) {
      if (this.#threats.has(from)) this.tell({ kind: 'threat-removed', id: from, into: to });
    }
    for (const id of effects.withdrawn) this.tell({ kind: 'threat-removed', id, into: undefined });
    for (const { id } of effects.threats) this.tell({ kind: 'threat', id });
    this.remember(effects);
    for (const name of this.#news.values()) this.tell({ kind: 'host', name });
    this.#news.clear();
  }

  tell(notice: LiveNotice): void {
    for (const listener of this.#listeners) listener(notice);
  }

  #know(id: string): void {
    this.#threats.delete(id);
    this.#threats.add(id);
    if (this.#threats.size > this.threatsMax) this.#threats.delete(this.#threats.keys().next().value!);
  }
}
