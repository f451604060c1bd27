/**
 * Event records out of XML text that arrives in pieces: `<Event>` elements wherever they stand, in `<Events>` or one after another. Builds the
 * tree that `../normalise/event-tree.ts` describes, and forgets everything outside of records.
 *
 * Not a general XML parser: it checks that tags match, knows comments, CDATA, processing instructions and the references that every document
 * has, and refuses document type declarations. After a fault it looks for the next `<Event`.
 */

import { excerpt } from '../normalise/excerpt.js';
import { bag, type Tree } from '../normalise/tree.js';
import { beginsAsSyslog, SYSLOG_HEADER_MAX } from '../syslog.js';
import type { SkipReason, SourceLimits } from '../source.js';
import { decodeReferences } from './entities.js';
import { endOfTag, nameAt, parseTag, type Tag } from './tag.js';

export interface XmlHandler {
  record(tree: Tree, line: number): void;
  broken(reason: SkipReason, message: string, line: number): void;
}

interface Element {
  readonly name: string;
  readonly attributes: Tag['attributes'];
  /** Child elements and, in `EventData`, named data; `undefined` while there are none. */
  children: Record<string, unknown> | undefined;
  text: string;
}

/** `outside` any record, `record`, or `lost`: in a record that was given up. Comments and CDATA are left for what was before. */
type Mode = 'outside' | 'record' | 'lost';
type Section = 'none' | 'comment' | 'cdata' | 'instruction';

const SECTION_END: Readonly<Record<Exclude<Section, 'none'>, string>> = {
  comment: '-->',
  cdata: ']]>',
  instruction: '?>',
};
const EVENT_NAMESPACE = '/win/2004/08/events/event';
/** Tags and declarations of Windows' events have a few hundred characters. */
const TAG_CHARS_MAX = 65_536;
/** Rendered texts, in a language of the machine that rendered them: the same facts as the data, and no sensor's fields. */
const IGNORED = 'RenderingInfo';
/** The root of what PowerShell's `Export-Clixml` writes. */
const CLIXML = 'Objs';
const CLIXML_HELP =
  "objects of PowerShell's Export-Clixml, which hold no record; write `Get-WinEvent … | ConvertTo-Json -Depth 3`, or copy the log with `wevtutil epl LOG FILE.evtx`";
export const ANY_NAME = '*';

export class XmlReader {
  readonly #handler: XmlHandler;
  readonly #limits: SourceLimits;
  /** Name of the elements that are records; `*`: whatever comes first is one. */
  readonly #recordName: string;
  #text = '';
  #mode: Mode = 'outside';
  #section: Section = 'none';
  #stack: Element[] = [];
  #line = 1;
  #recordLine = 0;
  #recordChars = 0;
  #fields = 0;
  /** What stands before the next record was told. */
  #isJunk = false;
  /** Text before the next record that was not told yet, and the line of its first character that is not blank. */
  #between = '';
  #betweenLine = 0;
  #hasReported = false;

  constructor(handler: XmlHandler, limits: SourceLimits, recordName = 'Event') {
    this.#handler = handler;
    this.#limits = limits;
    this.#recordName = recordName;
  }

  push(text: string): void {
    this.#text += text;
    this.#run(false);
  }

  end(): void {
    this.#run(true);
    if (this.#mode === 'record') this.#fault('damaged', 'the text ends inside this record');
    this.#tellBetween();
    if (!this.#hasReported && this.#line + this.#text.length > 1) {
      this.#report('not-xml', `no <${this.#recordName}> in it`, 1);
    }
    this.#text = '';
  }

  #run(isLast: boolean): void {
    const text = this.#text;
    let position = 0;
    for (;;) {
      const next =
        this.#section === 'none' ? this.#step(text, position, isLast) : this.#inSection(text, position, isLast);
      if (next === position) break;
      this.#pass(text, position, next);
      position = next;
    }
    this.#text = text.slice(position);
  }

  /** Counts lines, and the length of the record that is being read. */
  #pass(text: string, from: number, to: number): void {
    // Not `indexOf`: on one long line each call would search to the end of the text.
    for (let index = from; index < to; index++) if (text.charCodeAt(index) === 0x0a) this.#line++;
    if (this.#mode !== 'record') return;
    this.#recordChars += to - from;
    if (this.#recordChars > this.#limits.maxRecordBytes) {
      this.#fault('too-large', `a record is longer than ${this.#limits.maxRecordBytes} bytes`);
    }
  }

  /** One piece of text, one tag, or the beginning of a section; `position` itself while it is not whole. */
  #step(text: string, position: number, isLast: boolean): number {
    const open = text.indexOf('<', position);
    if (open !== position) {
      const end = open === -1 ? text.length : open;
      if (end > position) this.#characters(text.slice(position, end));
      return end;
    }
    // `<![CDATA[` is the longest beginning.
    if (text.length - position < 9 && !isLast && !text.includes('>', position)) return position;
    if (text.startsWith('<!--', position)) return this.#enter('comment', position + 4);
    if (text.startsWith('<![CDATA[', position)) return this.#enter('cdata', position + 9);
    if (text.startsWith('<?', position)) return this.#enter('instruction', position + 2);
    if (text.startsWith('<!', position)) {
      this.#declaration();
      return position + 2;
    }
    return this.#tagAt(text, position, isLast);
  }

  #enter(section: Section, position: number): number {
    this.#section = section;
    return position;
  }

  #inSection(text: string, position: number, isLast: boolean): number {
    if (this.#section === 'none') return position;
    const mark = SECTION_END[this.#section];
    const end = text.indexOf(mark, position);
    // The mark may be cut by the end of the piece.
    const upTo = end !== -1 ? end : isLast ? text.length : Math.max(position, text.length - mark.length + 1);
    if (this.#section === 'cdata' && this.#mode === 'record') {
      const element = this.#stack.at(-1);
      if (element !== undefined) element.text += escapeReferences(text.slice(position, upTo));
    }
    if (end === -1) return upTo;
    this.#section = 'none';
    return end + mark.length;
  }

  /** `<!DOCTYPE` and what may stand in it. Nothing of it is read; entities it declares are then unknown where they are used. */
  #declaration(): void {
    if (this.#mode === 'record') this.#fault('unsupported', 'a document type declaration stands in a record');
    else if (this.#mode === 'outside') {
      this.#tellBetween();
      this.#report(
        'unsupported',
        'document type declarations are refused; entities they declare are unknown here',
        this.#line,
      );
      this.#isJunk = true;
    }
  }

  #characters(text: string): void {
    if (this.#mode === 'record') {
      const element = this.#stack.at(-1);
      if (element !== undefined) element.text += text;
    } else if (this.#mode === 'outside' && this.#stack.length === 0 && !this.#isJunk) {
      if (this.#between === '') {
        const rest = text.trimStart();
        this.#betweenLine = this.#line + text.slice(0, text.length - rest.length).split('\n').length - 1;
        this.#between = rest;
      } else this.#between += text;
      if (this.#between.length > SYSLOG_HEADER_MAX) this.#tellBetween();
    }
  }

  /** Once for each run of text, not for each of its lines. */
  #tellBetween(): void {
    const text = this.#between.trimEnd();
    this.#between = '';
    // evtx_dump writes the number of each record on a line of its own.
    if (text === '' || /^Record \d+$/.test(text)) return;
    this.#isJunk = true;
    this.#report('not-xml', `text that is in no record: ${excerpt(text)}`, this.#betweenLine);
  }

  #tagAt(text: string, position: number, isLast: boolean): number {
    if (this.#mode !== 'record') return this.#tagOutside(text, position, isLast);
    const end = endOfTag(text, position + 1);
    const isTooLong = (end === -1 ? text.length : end) - position > TAG_CHARS_MAX;
    if (end === -1 && !isTooLong) return isLast ? text.length : position;
    if (isTooLong || text[end] === '<') {
      this.#fault('not-xml', 'a tag has no end');
      return isTooLong ? position + 1 : end;
    }
    const tag = parseTag(text.slice(position, end + 1));
    if (tag === undefined) {
      this.#fault('not-xml', `no tag of XML: ${excerpt(text.slice(position, end + 1))}`);
      return position + 1;
    }
    if (tag.kind === 'close') this.#close(tag.name);
    else if (this.#isNewRecord(tag)) {
      this.#fault('damaged', 'another record begins before this one ends');
      this.#begin(tag);
    } else this.#open(tag);
    return end + 1;
  }

  /** A record inside a record can only be one in a provider's own UserData; else the end of the outer one was lost. */
  #isNewRecord(tag: Tag): boolean {
    if (tag.name !== this.#recordName) return false;
    return tag.namespace.includes(EVENT_NAMESPACE) || !this.#stack.some((element) => element.name === 'UserData');
  }

  /** Only the names of records matter out here: what is not understood must not hide the next of them. */
  #tagOutside(text: string, position: number, isLast: boolean): number {
    const isWhole = isLast || text.length - position > TAG_CHARS_MAX;
    const name = nameAt(text, position + 1);
    const isCut = name !== undefined && name.end === text.length;
    if (isCut && !isWhole) return position;
    const isRecord = name !== undefined && (this.#recordName === ANY_NAME || name.local === this.#recordName);
    if (!isRecord && name?.local === CLIXML) this.#refuseClixml();
    if (this.#mode === 'lost' && !isRecord) return position + 1;
    const end = endOfTag(text, position + 1);
    if (end === -1) return isWhole ? text.length : position;
    if (text[end] === '<') return end;
    const tag = isRecord ? parseTag(text.slice(position, end + 1)) : undefined;
    if (tag !== undefined) this.#begin(tag);
    else if (isRecord) {
      this.#recordLine = this.#line;
      this.#fault('not-xml', `no tag of XML: ${excerpt(text.slice(position, end + 1))}`);
    }
    return end + 1;
  }

  /** Told once: it is the root, and what it holds has no element of the name of a record. */
  #refuseClixml(): void {
    if (this.#hasReported) return;
    this.#report('unsupported', CLIXML_HELP, this.#line);
    this.#isJunk = true;
  }

  #begin(tag: Tag): void {
    if (!isHeader(this.#between)) this.#tellBetween();
    this.#between = '';
    this.#mode = 'record';
    this.#isJunk = false;
    this.#stack = [];
    this.#recordLine = this.#line;
    this.#recordChars = 0;
    this.#fields = 0;
    this.#open(tag);
  }

  #open(tag: Tag): void {
    if (this.#stack.length >= this.#limits.maxDepth) {
      return this.#fault('too-deep', `nested more than ${this.#limits.maxDepth} deep`);
    }
    if (++this.#fields > this.#limits.maxFields) {
      return this.#fault('too-many-fields', `more than ${this.#limits.maxFields} elements`);
    }
    this.#stack.push({ name: tag.name, attributes: tag.attributes, children: undefined, text: '' });
    if (tag.kind === 'empty') this.#close(tag.name);
  }

  #close(name: string): void {
    const element = this.#stack.pop();
    if (element === undefined || element.name !== name) {
      return this.#fault('not-xml', `an end tag ${excerpt(name)} closes the element ${excerpt(element?.name ?? '')}`);
    }
    const text = decodeReferences(element.text);
    if (text === undefined)
      return this.#fault('not-xml', `an entity that no document has by itself: ${excerpt(element.text)}`);
    const parent = this.#stack.at(-1);
    if (parent === undefined) {
      const tree = bag();
      tree[name] = contentOf(element, text);
      this.#mode = 'outside';
      this.#hasReported = true;
      this.#handler.record(tree, this.#recordLine);
      return;
    }
    if (name === IGNORED) return;
    const children = (parent.children ??= bag());
    const dataName = name === 'Data' && parent.name === 'EventData' ? element.attributes?.['Name'] : undefined;
    if (typeof dataName === 'string' && element.children === undefined) put(children, dataName, text);
    else put(children, name, contentOf(element, text));
  }

  #fault(reason: SkipReason, message: string): void {
    this.#report(reason, message, this.#recordLine);
    this.#mode = 'lost';
    this.#stack = [];
  }

  #report(reason: SkipReason, message: string, line: number): void {
    this.#hasReported = true;
    this.#handler.broken(reason, message, line);
  }
}

/** Text alone is a text; anything more is a map. */
function contentOf(element: Element, text: string): unknown {
  if (element.children === undefined && element.attributes === undefined) return text;
  const content = element.children ?? bag();
  if (element.attributes !== undefined) content['#attributes'] = element.attributes;
  if (text.trim() !== '') content['#text'] = text;
  return content;
}

/** Elements of one name become a list, in order. */
function put(children: Record<string, unknown>, name: string, value: unknown): void {
  const before = children[name];
  if (before === undefined) children[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else children[name] = [before, value];
}

/** What stands in CDATA is meant as it is, and later runs through `decodeReferences` with the rest of the element's text. */
function escapeReferences(text: string): string {
  return text.replaceAll('&', '&amp;');
}

/** @param text  what stands before a record; of a priority, which looks like a tag, nothing is left of it */
function isHeader(text: string): boolean {
  return beginsAsSyslog(text) && !text.trimEnd().includes('\n');
}
