/**
 * What plugins learned later, on its way to the log: checked, and each thing once. A plugin that states the same of the same process at every event
 * would otherwise fill the log with it.
 */

import type { PluginFinding } from '../engine/plugin/plugin.js';
import { checkedLateEvidence } from './checked-evidence.js';

const REMEMBERED_MAX = 50_000;

export class LateFindings {
  /** By plugin, host, process and key: what was stated last, but for its event. */
  readonly #given = new Map<string, string>();
  #isClosed = false;

  constructor(
    private readonly isReplaying: () => boolean,
    private readonly onFinding: (finding: PluginFinding) => void,
  ) {}

  /** @param stated  as the plugin gave it. @returns false if it is no evidence */
  take(plugin: string, stated: unknown): boolean {
    const late = checkedLateEvidence(stated);
    if (late === undefined) return false;
    if (this.#isClosed || this.isReplaying() || !this.#isNew(plugin, late)) return true;
    this.onFinding({ plugin, ...late });
    return true;
  }

  /** Nothing is taken any more: the log is about to be closed. */
  close(): void {
    this.#isClosed = true;
  }

  #isNew(plugin: string, { host, processId, evidence }: Omit<PluginFinding, 'plugin'>): boolean {
    const { key, points, title, techniques } = evidence;
    const place = JSON.stringify([plugin, host, processId, key]);
    const stated = JSON.stringify([points, title, techniques]);
    if (this.#given.get(place) === stated) return false;
    this.#given.delete(place);
    this.#given.set(place, stated);
    if (this.#given.size > REMEMBERED_MAX) this.#given.delete(this.#given.keys().next().value!);
    return true;
  }
}
