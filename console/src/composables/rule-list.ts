/** The loaded rules, page after page as far as somebody looks. What is not fetched yet has its place all the same, so that the bar can be dragged anywhere. */

import { onScopeDispose, ref, shallowRef, watch, type ComputedRef } from 'vue';
import type { Rule, RuleQuery } from '../../../src/contract/index.js';
import { getRules } from '../api/calls.js';

/** The first rows soon, the others in fewer requests. */
const FIRST_PAGE = 100;
const PAGE = 500;

export const ruleKey = (rule: Rule): string => `${rule.kind}:${rule.id}`;

export function useRuleList(query: ComputedRef<RuleQuery>) {
  const rows = shallowRef<readonly Rule[]>([]);
  const total = ref(0);
  const error = shallowRef<unknown>();
  const loaded = ref(false);
  const pending = ref(false);
  let next: string | null = null;
  /** Last row that somebody looks at. */
  let wanted = 0;
  let current: AbortController | undefined;

  /** @param isFresh  from the first rule on; what is on the screen stays until as much of the new list is there */
  const read = async (isFresh: boolean): Promise<void> => {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    pending.value = true;
    try {
      // Rules that change between two pages may come twice; the notice of the change is on its way.
      const items = new Map(isFresh ? [] : rows.value.map((rule) => [ruleKey(rule), rule]));
      let cursor = isFresh ? null : next;
      do {
        const limit = items.size === 0 ? FIRST_PAGE : PAGE;
        const page = await getRules({ ...query.value, limit, ...(cursor === null ? {} : { cursor }) }, mine.signal);
        if (current !== mine) return;
        for (const rule of page.items) items.set(ruleKey(rule), rule);
        cursor = page.next;
        const isEnough = cursor === null || items.size > wanted;
        if (isEnough || !isFresh || !loaded.value) {
          rows.value = [...items.values()];
          next = cursor;
          total.value = cursor === null ? items.size : (page.count ?? items.size);
          loaded.value = true;
          error.value = undefined;
        }
        if (isEnough) break;
      } while (cursor !== null);
    } catch (failure) {
      if (current === mine && !mine.signal.aborted) error.value = failure;
    } finally {
      if (current === mine) pending.value = false;
    }
  };

  watch(
    query,
    () => {
      rows.value = [];
      total.value = 0;
      loaded.value = false;
      next = null;
      wanted = 0;
      void read(true);
    },
    { immediate: true },
  );
  onScopeDispose(() => current?.abort());

  return {
    rows,
    /** All that match, fetched or not. */
    total,
    error,
    loaded,
    reload: (): Promise<void> => read(true),
    /** Somebody looks at the rows up to this one. After a failure that person asks again, not each movement of the list. */
    want: (index: number): void => {
      wanted = index;
      if (index >= rows.value.length && next !== null && !pending.value && error.value === undefined) void read(false);
    },
  };
}
