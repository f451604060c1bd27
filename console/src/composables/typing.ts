/** A text that is typed, and told once typing pauses: each tell asks the server. */

import { ref, watch, type Ref } from 'vue';

const PAUSE_MS = 250;

/**
 * @param model   follows what is typed, and is followed where it changes otherwise
 * @param settle  the form in which a typed text is told
 */
export function useTyping(
  model: Ref<string>,
  settle: (typed: string) => string = (typed) => typed,
): { readonly typed: Ref<string>; readonly type: () => void } {
  const typed = ref(model.value);
  watch(model, (value) => (typed.value = value));
  let pause: ReturnType<typeof setTimeout> | undefined;
  const type = (): void => {
    clearTimeout(pause);
    pause = setTimeout(() => (model.value = settle(typed.value.trim())), PAUSE_MS);
  };
  return { typed, type };
}
