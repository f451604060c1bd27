/**
 * Parses binary XML into nodes. Source: [MS-EVEN6] 2.2.12 and "Windows XML Event Log (EVTX) format" (J. Metz), checked against
 * libevtx on recorded files. Offsets of names and templates count from the start of the chunk.
 *
 * Every size in the bytes is only a claim: reading never goes past `end`, depth is bounded, and what is parsed is paid from the chunk's
 * budget, so overlapping or self-naming templates cannot multiply work.
 */

import type { Budget } from './budget.js';
import type { ChunkBytes } from './chunk-bytes.js';
import { Damage } from './damage.js';
import type { AttributeNode, ElementNode, Node, Template, TextNode, ValueNode } from './node.js';
import { ValueTable } from './value-table.js';
import { VALUE_TYPE } from './value-text.js';

export const EVENT_DATA = 'EventData';
export const DATA = 'Data';

export const TOKEN = {
  end: 0x00,
  openElement: 0x01,
  closeStart: 0x02,
  closeEmpty: 0x03,
  endElement: 0x04,
  value: 0x05,
  attribute: 0x06,
  cdata: 0x07,
  characterReference: 0x08,
  entityReference: 0x09,
  instructionTarget: 0x0a,
  instructionData: 0x0b,
  templateInstance: 0x0c,
  substitution: 0x0d,
  optionalSubstitution: 0x0e,
  fragmentHeader: 0x0f,
  /** Flag on tokens that have more of their kind after them, on an element: attributes. */
  more: 0x40,
} as const;

const NO_DEPENDENCY = 0xffff;
const NAME_HEADER_BYTES = 8;
const TEMPLATE_HEADER_BYTES = 24;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

export class FragmentParser {
  /** By offset, for the present chunk; what failed once fails again without being read again. */
  readonly #templates = new Map<number, Template | Damage | 'being read'>();
  readonly #names = new Map<number, string>();
  #at = 0;
  #end = 0;
  /** Elements inside a value of their own lack the dependency number that those in templates and records have. */
  #hasDependencies = true;

  constructor(
    private readonly chunk: ChunkBytes,
    private readonly budget: Budget,
  ) {}

  startChunk(): void {
    this.#templates.clear();
    this.#names.clear();
  }

  /**
   * The nodes of a fragment: from its header to its end mark, or to `end`.
   * @param level  how deep the fragment lies in its record
   * @throws Damage
   */
  parse(start: number, end: number, level: number, hasDependencies: boolean): Node[] {
    const saved = { at: this.#at, end: this.#end, hasDependencies: this.#hasDependencies };
    this.chunk.need(start, 0, end);
    this.budget.units(end - start, start);
    this.#at = start;
    this.#end = end;
    this.#hasDependencies = hasDependencies;
    const nodes = this.#content(level, false);
    this.#at = saved.at;
    this.#end = saved.end;
    this.#hasDependencies = saved.hasDependencies;
    return nodes;
  }

  /**
   * Reads a template instance after its token, values apart.
   * @returns the template, and where the values start
   */
  instance(start: number, end: number, level: number): { template: Template; valuesAt: number } {
    this.chunk.need(start, 9, end);
    const definition = this.chunk.view.getUint32(start + 5, true);
    const after = start + 9;
    if (definition !== after) return { template: this.#template(definition, level), valuesAt: after };
    const template = this.#template(definition, level);
    return { template, valuesAt: after + TEMPLATE_HEADER_BYTES + this.chunk.view.getUint32(after + 20, true) };
  }

  #template(offset: number, level: number): Template {
    const known = this.#templates.get(offset);
    if (known === 'being read') throw new Damage('damaged', offset, 'has a template that contains itself');
    if (known instanceof Damage) throw known;
    if (known !== undefined) return known;
    this.#templates.set(offset, 'being read');
    try {
      this.chunk.need(offset, TEMPLATE_HEADER_BYTES, this.chunk.length);
      const size = this.chunk.view.getUint32(offset + 20, true);
      const start = offset + TEMPLATE_HEADER_BYTES;
      this.chunk.need(start, size, this.chunk.length);
      const nodes = this.parse(start, start + size, level, true);
      const template: Template = { nodes, memo: { offsets: [], sizes: [], types: [], texts: [] } };
      this.#templates.set(offset, template);
      return template;
    } catch (error) {
      if (error instanceof Damage) this.#templates.set(offset, error);
      throw error;
    }
  }

  /** Content of a fragment, or of an element up to and with its end. */
  #content(level: number, inElement: boolean): Node[] {
    this.budget.depth(level, this.#at);
    const nodes: Node[] = [];
    while (this.#at < this.#end) {
      const at = this.#at;
      const token = this.#byte();
      switch (token & ~TOKEN.more) {
        case TOKEN.end:
          if (inElement) throw new Damage('damaged', at, 'ends inside an element');
          return nodes;
        case TOKEN.endElement:
          if (!inElement) throw new Damage('damaged', at, 'ends an element that was not opened');
          return nodes;
        case TOKEN.openElement:
          nodes.push(this.#element(at, (token & TOKEN.more) !== 0, level));
          break;
        case TOKEN.templateInstance: {
          const { template, valuesAt } = this.instance(this.#at, this.#end, level + 1);
          const values = new ValueTable();
          this.#at = values.read(this.chunk, valuesAt, this.#end);
          nodes.push({ kind: 'instance', template, values });
          break;
        }
        case TOKEN.fragmentHeader:
          this.#skip(3);
          break;
        case TOKEN.instructionTarget:
          this.#name();
          break;
        case TOKEN.instructionData:
          this.#countedText();
          break;
        default:
          nodes.push(this.#textOrValue(token, at));
      }
    }
    if (inElement) throw new Damage('damaged', this.#end, 'ends inside an element');
    return nodes;
  }

  #element(offset: number, hasAttributes: boolean, level: number): ElementNode {
    const dependency = this.#hasDependencies ? this.#uint16() : NO_DEPENDENCY;
    this.#skip(4);
    const name = this.#name();
    const attributes = hasAttributes ? this.#attributes() : [];
    const at = this.#at;
    const close = this.#byte();
    let children: Node[] = [];
    if (close === TOKEN.closeStart) {
      children = this.#content(level + 1, true);
      markFirst(children, name === EVENT_DATA);
    } else if (close !== TOKEN.closeEmpty)
      throw new Damage('damaged', at, `has the token 0x${close.toString(16)} inside a start tag`);
    return {
      kind: 'element',
      name,
      attributes,
      children,
      dataName: name === DATA ? constantName(attributes) : undefined,
      isFirstOfName: false,
      dependency: dependency === NO_DEPENDENCY ? -1 : dependency,
      offset,
    };
  }

  #attributes(): AttributeNode[] {
    // Their size in bytes comes first; the tokens themselves say where they end.
    this.#skip(4);
    const attributes: AttributeNode[] = [];
    for (;;) {
      this.chunk.need(this.#at, 1, this.#end);
      const token = this.chunk.bytes[this.#at]! & ~TOKEN.more;
      if (token !== TOKEN.attribute) return attributes;
      this.#at++;
      const name = this.#name();
      const parts: (TextNode | ValueNode)[] = [];
      for (;;) {
        this.chunk.need(this.#at, 1, this.#end);
        const next = this.chunk.bytes[this.#at]!;
        if (!startsText(next)) break;
        const at = this.#at++;
        parts.push(this.#textOrValue(next, at));
      }
      if (name !== 'xmlns' && !name.startsWith('xmlns:')) attributes.push({ name, parts });
    }
  }

  #textOrValue(token: number, at: number): TextNode | ValueNode {
    switch (token & ~TOKEN.more) {
      case TOKEN.value: {
        const type = this.#byte();
        if (type !== VALUE_TYPE.string)
          throw new Damage('damaged', at, `has a constant of type 0x${type.toString(16)}, not text`);
        return { kind: 'text', text: this.#countedText() };
      }
      case TOKEN.cdata:
        return { kind: 'text', text: this.#countedText() };
      case TOKEN.characterReference:
        return { kind: 'text', text: String.fromCharCode(this.#uint16()) };
      case TOKEN.entityReference: {
        const name = this.#name();
        return { kind: 'text', text: ENTITIES.get(name) ?? `&${name};` };
      }
      case TOKEN.substitution:
      case TOKEN.optionalSubstitution: {
        const index = this.#uint16();
        // The type that the template expects; the record says which it is.
        this.#skip(1);
        return { kind: 'value', index, optional: token === TOKEN.optionalSubstitution };
      }
      default:
        throw new Damage('damaged', at, `has the unknown token 0x${token.toString(16)}`);
    }
  }

  /** A name lies where its offset says: right here the first time, at an earlier place of the chunk afterwards. */
  #name(): string {
    this.chunk.need(this.#at, 4, this.#end);
    const offset = this.chunk.view.getUint32(this.#at, true);
    this.#at += 4;
    const isHere = offset === this.#at;
    let name = this.#names.get(offset);
    if (name === undefined) {
      this.chunk.need(offset, NAME_HEADER_BYTES, this.chunk.length);
      const units = this.chunk.view.getUint16(offset + 6, true);
      this.chunk.need(offset + NAME_HEADER_BYTES, units * 2, this.chunk.length);
      if (units === 0) throw new Damage('damaged', offset, 'has an empty name');
      this.budget.units(units, offset);
      name = this.chunk.text(offset + NAME_HEADER_BYTES, units);
      this.#names.set(offset, name);
    }
    // Header, the text, and a NUL that is not counted.
    if (isHere) this.#skip(NAME_HEADER_BYTES + name.length * 2 + 2);
    return name;
  }

  #countedText(): string {
    const units = this.#uint16();
    const at = this.#at;
    this.#skip(units * 2);
    return this.chunk.text(at, units);
  }

  #byte(): number {
    this.chunk.need(this.#at, 1, this.#end);
    return this.chunk.bytes[this.#at++]!;
  }

  #uint16(): number {
    this.chunk.need(this.#at, 2, this.#end);
    const value = this.chunk.view.getUint16(this.#at, true);
    this.#at += 2;
    return value;
  }

  #skip(size: number): void {
    this.chunk.need(this.#at, size, this.#end);
    this.#at += size;
  }
}

function startsText(token: number): boolean {
  switch (token & ~TOKEN.more) {
    case TOKEN.value:
    case TOKEN.cdata:
    case TOKEN.characterReference:
    case TOKEN.entityReference:
    case TOKEN.substitution:
    case TOKEN.optionalSubstitution:
      return true;
    default:
      return false;
  }
}

/** `''` where there is no `Name`, `undefined` where it is more than constant text. */
function constantName(attributes: readonly AttributeNode[]): string | undefined {
  const names = attributes.filter((attribute) => attribute.name === 'Name');
  const parts = names.at(-1)?.parts ?? [];
  return parts.every((part) => part.kind === 'text') ? parts.map((part) => part.text).join('') : undefined;
}

/** Values between the elements may be elements too, of any name: from there on nothing is sure. */
function markFirst(children: readonly Node[], isEventData: boolean): void {
  const names = new Set<string>(['__proto__', '#attributes']);
  for (const child of children) {
    if (child.kind === 'text') continue;
    if (child.kind !== 'element') return;
    const name = isEventData && child.name === DATA ? (child.dataName === '' ? DATA : child.dataName) : child.name;
    if (name === undefined) return;
    child.isFirstOfName = !names.has(name);
    names.add(name);
  }
}
