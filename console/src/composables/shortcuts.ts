/**
 * Keys. Single keys are ignored while typing and in dialogs, can be turned off, and are never the only way. Sequences (`g t`) take a second.
 * What is bound is listed by `?`, so a binding without words cannot be made.
 */

import { onScopeDispose, shallowReactive } from 'vue';
import { usePreferences } from '../stores/preferences.js';

export interface Shortcut {
  /** `j`, `?`, `Enter`, `Shift+P`, `g t`. */
  readonly keys: string;
  /** Key of the message that says what it does. */
  readonly does: string;
  /** Whether somebody may use it at all, as by their role; left out, everybody may. */
  may?(): boolean;
  /** @returns false where the key was not for it after all */
  run(event: KeyboardEvent): boolean | void;
}

const bound = shallowReactive(new Set<readonly Shortcut[]>());
const SEQUENCE_MS = 1200;
let first = '';
let firstAt = 0;
let listening = false;

export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  bound.add(shortcuts);
  onScopeDispose(() => bound.delete(shortcuts));
  if (listening) return;
  listening = true;
  const preferences = usePreferences();
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (
      isTyping(event.target) ||
      document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null
    )
      return;
    if (!preferences.singleKeys && event.key.length === 1) return;
    handle(event);
  });
}

/** For keys that buttons and links have a use of their own for: only while none is focused, rows of a list excepted. */
export const whenIdle = (run: () => void) => (): boolean => {
  const active = document.activeElement;
  if (
    active instanceof HTMLElement &&
    active.closest('a, button, summary, input') !== null &&
    active.closest('[role="row"]') === null
  )
    return false;
  run();
  return true;
};

/** All that is bound now and may be used, for the list. */
export function boundShortcuts(): Shortcut[] {
  return [...bound].flat().filter((one) => one.may?.() !== false);
}

function handle(event: KeyboardEvent): void {
  const key = event.shiftKey && (event.key.length > 1 || /^[A-Z]$/.test(event.key)) ? `Shift+${event.key}` : event.key;
  const sequence = event.timeStamp - firstAt < SEQUENCE_MS ? `${first} ${key}` : '';
  // Later bindings first: the page's own come before the shell's.
  for (const candidate of boundShortcuts().reverse()) {
    if (candidate.keys !== sequence && candidate.keys !== key) continue;
    if (candidate.run(event) === false) continue;
    first = '';
    firstAt = 0;
    event.preventDefault();
    return;
  }
  first = key;
  firstAt = event.timeStamp;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
}
