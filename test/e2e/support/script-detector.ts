/**
 * What a page does once a text among its data has become more than text: it calls `pwned`, opens a dialog, grows an element or an attribute
 * that runs or fetches something, leads elsewhere, or breaks its own policy. And what a text does that stays one: it hides or reorders letters.
 * Watches from before the page's first script on, so that what is drawn for a moment only is seen too.
 */

import type { Page } from 'playwright-core';

export interface Seen {
  readonly wrongs: string[];
  /** Numbers of the payloads that were drawn as text. */
  readonly drawn: number[];
}

/** @param page  not yet opened. @returns reads what was seen since the last reading */
export async function detectScripts(page: Page): Promise<() => Promise<Seen>> {
  await page.addInitScript(() => {
    const wrongs = new Set<string>();
    const drawn = new Set<number>();
    const scope = globalThis as unknown as Record<string, unknown>;
    scope['readDetector'] = () => {
      const seen = { wrongs: [...wrongs].slice(0, 30), drawn: [...drawn] };
      wrongs.clear();
      drawn.clear();
      return seen;
    };
    scope['pwned'] = (number: unknown) => wrongs.add(`pwned(${String(number)}) was called`);
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
      scope[name] = () => wrongs.add(`${name} was called`);
    document.addEventListener('securitypolicyviolation', (event) => {
      wrongs.add(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });

    const RUNS = new Set(
      (
        'script img picture source video audio object embed iframe frame frameset base meta link style form math image use animate set ' +
        'foreignobject marquee template dialog isindex x'
      ).split(' '),
    );
    const ADDRESSES = new Set(['href', 'src', 'srcset', 'srcdoc', 'action', 'formaction', 'data', 'xlink:href', 'is']);
    const TEXTS = new Set(['title', 'aria-label', 'alt', 'placeholder', 'label']);
    const isOwn = (address: string): boolean => {
      try {
        return new URL(address, location.href).origin === location.origin;
      } catch {
        return false;
      }
    };
    /** The console's own files, its forms, which have no address, and its icons. */
    const isBuilt = (name: string, element: Element): boolean => {
      const address = element.getAttribute('src') ?? element.getAttribute('href') ?? '';
      if (name === 'form') return !element.hasAttribute('action');
      if (name === 'use') return address.startsWith('#');
      if (name === 'script' || name === 'link')
        return (
          isOwn(address) &&
          (document.readyState === 'loading' || new URL(address, location.href).pathname.startsWith('/assets/'))
        );
      return name === 'meta' && document.readyState === 'loading';
    };

    const checkText = (where: string, value: string): void => {
      const hidden = /[\p{Cf}\p{Cc}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u.exec(
        value.replace(/[\n\t]/g, ''),
      );
      if (hidden !== null)
        wrongs.add(`hidden: ${where} U+${hidden[0].codePointAt(0)!.toString(16)} in ${value.slice(0, 80)}`);
      for (const [, called, fetched] of value.matchAll(/pwned\((\d+)\)|evil\.example\/(\d+)/g))
        drawn.add(Number(called ?? fetched));
    };
    const checkAttribute = (element: Element, { name, value }: Attr): void => {
      const where = `${element.localName}[${name}]`;
      if (name.startsWith('on')) wrongs.add(`attribute: ${where} = ${value.slice(0, 80)}`);
      if (name === 'style' && /url\(|expression|pwned/i.test(value))
        wrongs.add(`style: ${where} = ${value.slice(0, 80)}`);
      if (ADDRESSES.has(name) && !isOwn(value)) wrongs.add(`address: ${where} = ${value.slice(0, 80)}`);
      if (TEXTS.has(name)) checkText(where, value);
    };
    const check = (node: Node): void => {
      const parent = node.parentElement;
      if (node instanceof Text && parent !== null) checkText(`${parent.localName}.${parent.className}`, node.data);
      if (!(node instanceof Element)) return;
      const name = node.localName.toLowerCase();
      if (RUNS.has(name) && !isBuilt(name, node)) wrongs.add(`element: ${node.outerHTML.slice(0, 120)}`);
      for (const attribute of node.attributes) checkAttribute(node, attribute);
    };
    new MutationObserver((records) => {
      for (const record of records) {
        if (record.type === 'characterData') check(record.target);
        if (record.type === 'attributes') {
          const element = record.target as Element;
          const attribute = element.getAttributeNode(record.attributeName ?? '');
          if (attribute !== null) checkAttribute(element, attribute);
        }
        for (const node of record.addedNodes) {
          check(node);
          const inner = document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
          while (inner.nextNode() !== null) check(inner.currentNode);
        }
      }
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { readDetector(): Seen }).readDetector());
}
