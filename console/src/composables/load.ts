/** One piece of data from the server with its states in words: waiting, there, failed; old data stays while new is on its way. */

import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue';

export interface Loaded<Value> {
  readonly data: ShallowRef<Value | undefined>;
  readonly error: ShallowRef<unknown>;
  readonly pending: Ref<boolean>;
  /** True once it has waited long enough for a skeleton to help rather than flicker. */
  readonly slow: Ref<boolean>;
  reload(): Promise<void>;
}

const SKELETON_AFTER_MS = 150;

/**
 * @param fetch    told to stop by the signal when the page is left or a newer request replaces it
 * @param sources  loads again whenever one of these changes
 * @param keeps    whether the old data stays on the screen meanwhile: yes where it is the same thing seen otherwise, no where it is another thing
 */
export function useLoad<Value>(
  fetch: (signal: AbortSignal) => Promise<Value>,
  sources: WatchSource[] = [],
  keeps = false,
): Loaded<Value> {
  const data = shallowRef<Value>();
  const error = shallowRef<unknown>();
  const pending = ref(false);
  const slow = ref(false);
  let current: AbortController | undefined;

  const reload = async (): Promise<void> => {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    pending.value = true;
    const timer = setTimeout(() => (slow.value = true), SKELETON_AFTER_MS);
    try {
      const value = await fetch(mine.signal);
      if (current !== mine) return;
      data.value = value;
      error.value = undefined;
    } catch (failure) {
      if (current === mine && !mine.signal.aborted) error.value = failure;
    } finally {
      clearTimeout(timer);
      if (current === mine) {
        pending.value = false;
        slow.value = false;
      }
    }
  };

  if (sources.length > 0) {
    watch(sources, () => {
      if (!keeps) data.value = undefined;
      error.value = undefined;
      void reload();
    });
  }
  onScopeDispose(() => current?.abort());
  void reload();
  return { data, error, pending, slow, reload };
}
