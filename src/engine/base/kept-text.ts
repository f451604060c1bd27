/**
 * Texts of events that outlive their event. A text cut out of a longer one keeps all of that alive, so what is kept is a copy of its own; and most
 * texts come again, on the same host and on others, so the copy that was made lately serves. Which texts are found changes nothing but memory.
 */

/** Neighbours for each hash, and in all. */
const WAYS = 2;
const TEXTS_MAX = 1 << 15;
/** A longer one comes again too seldom to be remembered. */
const REMEMBERED_MAX = 512;

/** Names of programs, people, folders; hashes. */
export function keptText(text: string): string {
  return TEXTS.kept(text);
}

/** Apart from the others: many never come again, and would soon have taken the place of all that does. */
export function keptCommandLine(text: string): string {
  return COMMAND_LINES.kept(text);
}

/** The same text, held by nothing else. */
export function ownText(text: string): string {
  // What is read from JSON is made anew; every way to join or cut texts may refer to what it was made from.
  return text === '' ? '' : (JSON.parse(JSON.stringify(text)) as string);
}

class KeptTexts {
  readonly #texts: string[] = [];

  kept(text: string): string {
    if (text === '') return '';
    if (text.length > REMEMBERED_MAX) return ownText(text);
    if (this.#texts.length === 0) for (let place = 0; place < TEXTS_MAX; place++) this.#texts.push('');
    const place = hashOf(text) & (TEXTS_MAX - WAYS);
    const first = this.#texts[place]!;
    if (first === text) return first;
    const second = this.#texts[place + 1]!;
    if (second === text) return second;
    const own = ownText(text);
    this.#texts[place + 1] = first;
    this.#texts[place] = own;
    return own;
  }
}

/** Over all of it: command lines often differ in a number somewhere in the middle. */
function hashOf(text: string): number {
  let hash = text.length;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

const TEXTS = new KeptTexts();
const COMMAND_LINES = new KeptTexts();
