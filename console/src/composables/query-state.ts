/** State that lives in the address, so that reload, back and a pasted link give the same picture. */

import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router';

/** One query parameter as text; the default is left out of the address. */
export function useQueryText(name: string, byDefault = ''): WritableComputedRef<string> {
  const route = useRoute();
  const change = useQueryChange();
  return computed({
    get: () => {
      const value = route.query[name];
      return typeof value === 'string' ? value : byDefault;
    },
    set: (value) => change({ [name]: value === byDefault ? undefined : value }),
  });
}

/** One of the given words; anything else in the address counts as the default. */
export function useQueryChoice<const Choice extends string>(
  name: string,
  choices: readonly Choice[],
  byDefault: Choice,
): WritableComputedRef<Choice> {
  const text = useQueryText(name, byDefault);
  return computed({
    get: () => choices.find((choice) => choice === text.value) ?? byDefault,
    set: (value) => (text.value = value),
  });
}

/** Two changes within one turn must not overwrite each other, whoever makes them: the router settles later. */
let waiting: LocationQueryRaw | undefined;

/** Changes several parameters at once, in place of the current entry of the history. */
export function useQueryChange(): (changes: LocationQueryRaw) => void {
  const route = useRoute();
  const router = useRouter();
  return (changes) => {
    const first = waiting === undefined;
    waiting = { ...waiting, ...changes };
    if (!first) return;
    queueMicrotask(() => {
      const query: LocationQueryRaw = { ...route.query, ...waiting };
      waiting = undefined;
      void router.replace({ query, hash: route.hash });
    });
  };
}
