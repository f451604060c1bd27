/** What is right but surely not meant, or says nothing, about modifiers that stand together. */

import type { Faults } from './faults.js';
import type { ModifierChain } from './modifier-chain.js';
import { isList, type YamlValue } from './yaml.js';
import type { YamlPath } from './yaml-places.js';

export function warnOfChain(
  value: YamlValue,
  chain: ModifierChain,
  at: YamlPath,
  isKeyword: boolean,
  faults: Faults,
): void {
  if (chain.isAll && (!isList(value) || value.length < 2)) {
    faults.addAtKey('SIGMA_ALL_SINGLE', at, '"all" stands over one value, where it changes nothing.', 'Leave it out.');
  }
  if (chain.kind !== 'text') return;
  for (const [message, hint] of complaintsOf(chain, isKeyword)) {
    faults.addAtKey('SIGMA_MODIFIER_NEEDLESS', at, message, hint);
  }
}

const PLACES: ReadonlySet<string> = new Set(['contains', 'startswith', 'endswith']);
const WIDE: ReadonlySet<string> = new Set(['wide', 'utf16', 'utf16le', 'utf16be']);

function* complaintsOf({ transforms, around }: ModifierChain, isKeyword: boolean): Iterable<[string, string]> {
  if (transforms.length > 1) {
    const places = transforms.filter((transform) => PLACES.has(transform));
    if (places.length > 1) {
      const named = places.map((place) => `"${place}"`).join(' and ');
      const both = new Set(places).size > 1;
      yield both
        ? [`${named} together look for the value anywhere.`, 'Write "contains", or a line for each.']
        : [`${named} are the same.`, 'Leave one out.'];
    }
    const again = transforms.find((transform, index) => WIDE.has(transform) && WIDE.has(transforms[index - 1] ?? ''));
    if (again !== undefined) {
      yield [`"${again}" encodes what is in UTF-16 already once more.`, 'Leave one of the two out.'];
    }
  }
  if (around === undefined && !isKeyword && transforms.includes('base64offset') && !transforms.includes('contains')) {
    yield [
      '"base64offset" without "contains" finds the text only where it is the whole value.',
      'Write "base64offset|contains".',
    ];
  }
}
