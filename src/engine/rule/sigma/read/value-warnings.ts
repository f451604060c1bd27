/** What is right but surely not meant, or could be said more plainly, about the values of a field. */

import { MANY } from '../text-pattern.js';
import { excerpt, type Faults } from './faults.js';
import { ENCODINGS, type ModifierChain } from './modifier-chain.js';
import { parseNetwork } from './network.js';
import { hasPlaceholder, parseText } from './text.js';
import { isList, type YamlValue } from './yaml.js';
import type { YamlPath } from './yaml-places.js';

export function warnOfValues(
  value: YamlValue,
  chain: ModifierChain,
  at: YamlPath,
  isKeyword: boolean,
  faults: Faults,
): void {
  if (!isList(value)) return warnOfValue(value, chain, at, isKeyword, faults);
  // Encoded, the same letters in another case are another text.
  const heedsCase = chain.kind === 'regex' || chain.isCased || chain.transforms.some((each) => ENCODINGS.has(each));
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const place = [...at, index];
    const isFolded = typeof item === 'string' && !heedsCase;
    const key = isFolded ? item.toLowerCase() : String(item);
    if (seen.has(key)) {
      faults.add('SIGMA_VALUE_DUPLICATE', place, `"${excerpt(key)}" is in the list twice.`, 'Leave one out.');
    }
    seen.add(key);
    warnOfValue(item, chain, place, isKeyword, faults);
  }
}

function warnOfValue(value: YamlValue, chain: ModifierChain, at: YamlPath, isKeyword: boolean, faults: Faults): void {
  if (typeof value !== 'string') return;
  warnOfControl(value, chain, at, faults);
  if (chain.kind === 'network') {
    if (parseNetwork(value)?.hadHostBits === true) {
      const message = `"${excerpt(value)}" has bits beyond its prefix, which are ignored.`;
      faults.add('SIGMA_CIDR_HOST_BITS', at, message, 'Write the first address of the network.');
    }
    return;
  }
  if (chain.transforms.includes('expand') && !hasPlaceholder(parseText(value, true))) {
    const message = `"expand" finds no placeholder in "${excerpt(value)}".`;
    faults.add('SIGMA_MODIFIER_NEEDLESS', at, message, 'Write %name%, or leave "expand" out.');
  }
  if ((chain.kind !== 'plain' && chain.kind !== 'text') || !value.includes('*')) return;
  const pattern = parseText(value);
  const [isOpenStart, isOpenEnd] = [pattern[0] === MANY, pattern.at(-1) === MANY];
  if (!isOpenStart && !isOpenEnd) return;
  const complaint =
    pattern.length === 1
      ? wildcardAlone(isKeyword)
      : isKeyword || chain.transforms.length > 0
        ? wildcardAtModifier(chain, isKeyword, isOpenStart, isOpenEnd)
        : wildcardForModifier(isOpenStart, isOpenEnd, pattern.length);
  if (complaint !== undefined) {
    faults.add('SIGMA_WILDCARD_NEEDLESS', at, `"${excerpt(value)}": ${complaint[0]}.`, complaint[1]);
  }
}

/**
 * In double quotes YAML takes a backslash and a letter for a character of its own: `"C:\temp"` has a tab in it. In expressions all of these
 * mean the same either way, but for `"\b"`, which is no word boundary.
 */
function warnOfControl(value: string, chain: ModifierChain, at: YamlPath, faults: Faults): void {
  const place = chain.kind === 'regex' ? value.indexOf('\b') : value.search(/\p{Cc}/u);
  if (place < 0) return;
  const code = value.charCodeAt(place).toString(16).padStart(4, '0').toUpperCase();
  const message = `"${excerpt(value)}" has the control character U+${code} in it.`;
  const hint = 'If a backslash and a letter is meant, write the value in single quotes.';
  faults.add('SIGMA_CONTROL_CHARACTER', at, message, hint);
}

type Complaint = readonly [message: string, hint: string] | undefined;

function wildcardAlone(isKeyword: boolean): Complaint {
  return isKeyword
    ? ['every event has such a value', 'Write what to look for.']
    : ['any value fulfils it', 'To ask whether the field is there, write "exists" and true.'];
}

function wildcardAtModifier(
  chain: ModifierChain,
  isKeyword: boolean,
  isOpenStart: boolean,
  isOpenEnd: boolean,
): Complaint {
  const { transforms } = chain;
  const isContains = transforms.includes('contains') || (isKeyword && transforms.length === 0);
  const isNeedless =
    ((isContains || transforms.includes('endswith')) && isOpenStart) ||
    ((isContains || transforms.includes('startswith')) && isOpenEnd);
  if (!isNeedless) return undefined;
  return ['the wildcard changes nothing here', 'Leave it out; for an asterisk write \\*.'];
}

/** A wildcard at one end, or at both, is what a modifier says; with more of them inside, the wildcards are plainer. */
function wildcardForModifier(isOpenStart: boolean, isOpenEnd: boolean, length: number): Complaint {
  if (length !== (isOpenStart ? 1 : 0) + (isOpenEnd ? 1 : 0) + 1) return undefined;
  const modifier = isOpenStart && isOpenEnd ? 'contains' : isOpenStart ? 'endswith' : 'startswith';
  return ['a modifier says the same', `Use "${modifier}" without the wildcard.`];
}
