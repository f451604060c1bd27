/** The rows of the inbox: pages by cursor, changes in place, new rows kept waiting until asked for, so that nothing moves under the pointer. */

import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef } from 'vue';
import type { Threat, ThreatQuery, ThreatSummary } from '../../../src/contract/index.js';
import { getThreats } from '../api/calls.js';
import { useLive } from '../stores/live.js';

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
  const waiting = ref(new Set<string>());
  let next: string | null = null;
  let current: AbortController | undefined;

  const fits = (threat: ThreatSummary): boolean =>
    (query.value.verdict === undefined || threat.verdict === query.value.verdict) &&
    (query.value.changed === undefined || threat.changed === query.value.changed);

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
        waiting.value = new Set();
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

  useLive().listen((message) => {
    if (message.type === 'reset') void reload();
    if (message.type === 'threat-removed') remove([message.id]);
    if (message.type !== 'threat') return;
    const { threat } = message;
    if (rows.value.some((row) => row.id === threat.id))
      rows.value = rows.value.map((row) => (row.id === threat.id ? threat : row));
    else if (fits(threat)) waiting.value = new Set([...waiting.value, threat.id]);
  });

  /** Other rows than before; those that came or went are counted. */
  const show = (next: readonly ThreatSummary[]): void => {
    if (total.value !== undefined) total.value = Math.max(0, total.value + next.length - rows.value.length);
    rows.value = next;
  };
  /** Puts changed rows in place; those that the filters no longer let in are taken out. */
  const put = (threats: readonly ThreatSummary[]): void => {
    const changed = new Map(threats.map((threat) => [threat.id, threat]));
    show(rows.value.map((row) => changed.get(row.id) ?? row).filter((row) => !changed.has(row.id) || fits(row)));
  };
  /** Brings rows back to where the order wants them, which only the server knows. */
  const restore = (threats: readonly ThreatSummary[]): void => {
    put(threats);
    const known = new Set(rows.value.map((row) => row.id));
    if (threats.some((threat) => fits(threat) && !known.has(threat.id))) void reload();
  };
  const remove = (ids: readonly string[]): void => {
    const gone = new Set(ids);
    show(rows.value.filter((row) => !gone.has(row.id)));
  };

  return {
    rows,
    error,
    pending,
    loaded,
    total,
    totalExact,
    waiting: computed(() => waiting.value.size),
    reload,
    more,
    put,
    restore,
    remove,
  };
}
