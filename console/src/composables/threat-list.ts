/**
 * The rows of the inbox: pages by cursor, changes in place, new rows kept waiting until asked for, and rows that others took out kept in their
 * place, marked as gone, until the list is fetched anew: so that nothing moves under the pointer, or under a key that gives a verdict.
 */

import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef } from 'vue';
import type { Threat, ThreatQuery, ThreatSummary } from '../../../src/contract/index.js';
import { getThreats } from '../api/calls.js';
import { useLive } from '../stores/live.js';
import { fitOf, type Fit } from './threat-fit.js';

const PAGE = 100;
const TOP_SHOWN = 3;

/** A row of the list from the whole threat, as the server would send it. */
export function summaryOf(threat: Threat): ThreatSummary {
  const { evidence, ...shared } = threat;
  return {
    ...shared,
    evidenceCount: evidence.length,
    top: evidence.slice(0, TOP_SHOWN).map(({ key, titles, points }) => ({ key, titles, points })),
  };
}

export function useThreatList(query: ComputedRef<ThreatQuery>) {
  const rows = shallowRef<readonly ThreatSummary[]>([]);
  const error = shallowRef<unknown>();
  const pending = ref(false);
  const loaded = ref(false);
  const total = ref<number>();
  const totalExact = ref(true);
  /** Ids that may belong in the list but are not in it, with whether that is known. */
  const waiting = shallowRef<ReadonlyMap<string, Fit>>(new Map());
  const gone = shallowRef<ReadonlySet<string>>(new Set());
  let next: string | null = null;
  let current: AbortController | undefined;

  const fit = (threat: ThreatSummary): Fit => fitOf(threat, query.value);
  const held = (list: readonly ThreatSummary[]): number => list.filter(({ id }) => !gone.value.has(id)).length;

  const fetchPage = async (cursor: string | undefined): Promise<void> => {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    pending.value = true;
    try {
      const page = await getThreats(
        { ...query.value, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
        mine.signal,
      );
      if (current !== mine) return;
      const known = new Set(cursor === undefined ? [] : rows.value.map((row) => row.id));
      rows.value =
        cursor === undefined ? page.items : [...rows.value, ...page.items.filter((row) => !known.has(row.id))];
      if (cursor === undefined) {
        total.value = page.count;
        totalExact.value = page.countExact !== false;
        waiting.value = new Map();
        gone.value = new Set();
      }
      next = page.next;
      error.value = undefined;
      loaded.value = true;
    } catch (failure) {
      if (current === mine && !mine.signal.aborted) error.value = failure;
    } finally {
      if (current === mine) pending.value = false;
    }
  };

  const reload = (): Promise<void> => fetchPage(undefined);
  const more = (): void => {
    if (next !== null && !pending.value) void fetchPage(next);
  };

  watch(
    query,
    () => {
      rows.value = [];
      loaded.value = false;
      next = null;
      void reload();
    },
    { immediate: true },
  );
  onScopeDispose(() => current?.abort());

  /** Other rows than before; those that came or went are counted, those that were gone already are not counted again. */
  const show = (next: readonly ThreatSummary[]): void => {
    if (total.value !== undefined) total.value = Math.max(0, total.value + held(next) - held(rows.value));
    rows.value = next;
  };
  /** Says of a row on the screen whether it still belongs there. */
  const mark = (id: string, isGone: boolean): void => {
    if (gone.value.has(id) === isGone) return;
    if (total.value !== undefined) total.value = Math.max(0, total.value + (isGone ? -1 : 1));
    const next = new Set(gone.value);
    if (isGone) next.add(id);
    else next.delete(id);
    gone.value = next;
  };
  /** Puts changed rows in place; those that the filters no longer let in are taken out. */
  const put = (threats: readonly ThreatSummary[]): void => {
    const changed = new Map(threats.map((threat) => [threat.id, threat]));
    show(
      rows.value.map((row) => changed.get(row.id) ?? row).filter((row) => !changed.has(row.id) || fit(row) !== 'out'),
    );
  };
  /** Puts rows back where they were among those of before; what somebody changed since then stays. */
  const putBack = (threats: readonly ThreatSummary[], before: readonly ThreatSummary[]): void => {
    const back = new Map(threats.map((threat) => [threat.id, threat]));
    const now = new Map(rows.value.map((row) => [row.id, row]));
    const old = before.flatMap(({ id }) => {
      const [was, is] = [back.get(id), now.get(id)];
      return (was && is ? (is.revision > was.revision ? is : was) : (was ?? is)) ?? [];
    });
    const known = new Set(before.map(({ id }) => id));
    show([...old, ...rows.value.filter(({ id }) => !known.has(id))]);
  };
  /** Brings rows back to where the order wants them, which only the server knows. */
  const restore = (threats: readonly ThreatSummary[]): void => {
    put(threats);
    const known = new Set(rows.value.map((row) => row.id));
    if (threats.some((threat) => fit(threat) !== 'out' && !known.has(threat.id))) void reload();
  };
  const remove = (ids: readonly string[]): void => {
    const removed = new Set(ids);
    show(rows.value.filter((row) => !removed.has(row.id)));
  };

  const rank = (threat: ThreatSummary): number =>
    query.value.sort === 'score' ? threat.score : Date.parse(threat[query.value.sort ?? 'last'] ?? '') || 0;
  /** Comes with a later page, and is not new for having changed. */
  const isBelow = (threat: ThreatSummary): boolean => {
    const last = rows.value.at(-1);
    return next !== null && last !== undefined && rank(threat) < rank(last);
  };
  const wait = (id: string, how: Fit): void => {
    if (how === 'out' && !waiting.value.has(id)) return;
    const next = new Map(waiting.value);
    if (how === 'out') next.delete(id);
    else next.set(id, how);
    waiting.value = next;
  };

  useLive().listen((message) => {
    if (message.type === 'reset') void reload();
    if (message.type === 'threat-removed') {
      if (rows.value.some(({ id }) => id === message.id)) mark(message.id, true);
      wait(message.id, 'out');
    }
    if (message.type !== 'threat') return;
    const { threat } = message;
    const how = fit(threat);
    if (rows.value.some(({ id }) => id === threat.id)) {
      rows.value = rows.value.map((row) => (row.id === threat.id ? threat : row));
      mark(threat.id, how === 'out');
    } else wait(threat.id, isBelow(threat) ? 'out' : how);
  });

  return {
    rows,
    error,
    pending,
    loaded,
    total,
    totalExact,
    gone,
    waiting: computed(() => waiting.value.size),
    /** False where some that wait may turn out not to belong here. */
    waitingExact: computed(() => [...waiting.value.values()].every((how) => how === 'in')),
    reload,
    more,
    put,
    putBack,
    restore,
    remove,
  };
}
