/**
 * Fills parsed binary XML with a record's values and gives the record's tree.
 *
 * Elements become text, or a map of `#attributes`, children by name and `#text`. `EventData` becomes a plain map: each `Data` under its
 * `Name`, those without a name under `Data`. A list value repeats its element, as Windows shows it.
 */

import type { Budget } from './budget.js';
import type { ChunkBytes } from './chunk-bytes.js';
import { Damage } from './damage.js';
import { DATA, EVENT_DATA, type FragmentParser, TOKEN } from './fragment-parser.js';
import type { AttributeNode, ElementNode, Node, TextNode, ValueMemo, ValueNode } from './node.js';
import { put, type Tree, type TreeValue } from './tree.js';
import { ValueTable } from './value-table.js';
import { listTexts, VALUE_TYPE } from './value-text.js';

const NO_MEMO: ValueMemo = { offsets: [], sizes: [], types: [], texts: [] };
const NO_VALUES = new ValueTable();

/** Where the values of the nodes at hand come from. */
interface Scope {
  readonly values: ValueTable;
  readonly memo: ValueMemo;
}

export class TreeBuilder {
  /** One table a level of nesting, filled anew for every record. */
  readonly #tables: ValueTable[] = [];

  constructor(
    private readonly chunk: ChunkBytes,
    private readonly parser: FragmentParser,
    private readonly budget: Budget,
  ) {}

  /**
   * The tree of the record whose binary XML lies at `start`, before `end`.
   * @throws Damage
   */
  build(start: number, end: number): Tree {
    const tree: Tree = {};
    this.#fragment(tree, start, end, 0, true, false);
    return tree;
  }

  #fragment(
    into: Tree,
    start: number,
    end: number,
    level: number,
    hasDependencies: boolean,
    isEventData: boolean,
  ): void {
    const { bytes } = this.chunk;
    // Nearly every fragment is a header and one template instance; the rest is parsed in full.
    if (end - start > 5 && bytes[start] === TOKEN.fragmentHeader && bytes[start + 4] === TOKEN.templateInstance) {
      const { template, valuesAt } = this.parser.instance(start + 5, end, level + 1);
      const values = (this.#tables[level] ??= new ValueTable());
      values.read(this.chunk, valuesAt, end);
      this.budget.units(values.count, start);
      this.#nodes(into, template.nodes, { values, memo: template.memo }, level + 1, isEventData);
      return;
    }
    const nodes = this.parser.parse(start, end, level + 1, hasDependencies);
    this.#nodes(into, nodes, { values: NO_VALUES, memo: NO_MEMO }, level + 1, isEventData);
  }

  /** @returns the text between the elements, which themselves go into `into` */
  #nodes(into: Tree, nodes: readonly Node[], scope: Scope, level: number, isEventData: boolean): string {
    let text = '';
    for (const node of nodes) {
      switch (node.kind) {
        case 'element':
          if (isEventData && node.name === DATA) this.#data(into, node, scope, level);
          else this.#element(into, node.name, node, scope, level);
          break;
        case 'text':
          text += this.#constant(node);
          break;
        case 'value':
          if (scope.values.typeOf(node.index) === VALUE_TYPE.binaryXml)
            this.#nested(into, node, scope, level, isEventData);
          else text += this.#text(node, scope);
          break;
        case 'instance':
          // Counted although it is no element: templates that only name others twice would double at each level.
          this.budget.node(0);
          this.budget.depth(level + 1, 0);
          text += this.#nodes(
            into,
            node.template.nodes,
            { values: node.values, memo: node.template.memo },
            level + 1,
            isEventData,
          );
      }
    }
    return text;
  }

  #nested(into: Tree, node: ValueNode, scope: Scope, level: number, isEventData: boolean): void {
    const start = scope.values.offsets[node.index]!;
    this.budget.depth(level + 1, start);
    this.budget.node(start);
    const size = scope.values.sizes[node.index]!;
    if (size > 0) this.#fragment(into, start, start + size, level + 1, false, isEventData);
  }

  #element(into: Tree, name: string, element: ElementNode, scope: Scope, level: number): void {
    this.budget.node(element.offset);
    this.budget.depth(level, element.offset);
    if (isAbsent(element, scope)) return;
    const attributes = this.#attributes(element.attributes, scope);
    if (element.name === EVENT_DATA) {
      const data: Tree = attributes === undefined ? {} : { '#attributes': attributes };
      const text = this.#nodes(data, element.children, scope, level + 1, true);
      if (text.trim() !== '') put(data, '#text', text);
      putElement(into, name, data, element);
      return;
    }
    const items = this.#listOf(element, scope);
    if (items !== undefined) {
      for (const item of items) put(into, name, attributes === undefined ? item : withAttributes(attributes, item));
      return;
    }
    putElement(into, name, this.#content(element.children, attributes, scope, level), element);
  }

  /** A `Data` element of `EventData`, under its name. */
  #data(into: Tree, element: ElementNode, scope: Scope, level: number): void {
    this.budget.node(element.offset);
    if (isAbsent(element, scope)) return;
    const name = (element.dataName ?? this.#dataName(element, scope)) || DATA;
    const items = this.#listOf(element, scope);
    if (items === undefined) {
      putElement(into, name, this.#content(element.children, undefined, scope, level), element);
    } else for (const item of items) put(into, name, item);
  }

  #dataName(element: ElementNode, scope: Scope): string {
    const attribute = element.attributes.findLast(({ name }) => name === 'Name');
    return attribute === undefined ? '' : (this.#attributeText(attribute, scope) ?? '');
  }

  #content(nodes: readonly Node[], attributes: Tree | undefined, scope: Scope, level: number): TreeValue {
    let text: string;
    const first = nodes[0];
    if (first === undefined) text = '';
    else if (nodes.length === 1 && first.kind === 'text') text = this.#constant(first);
    else if (
      nodes.length === 1 &&
      first.kind === 'value' &&
      scope.values.typeOf(first.index) !== VALUE_TYPE.binaryXml
    ) {
      text = this.#text(first, scope);
    } else {
      const inner: Tree = {};
      if (attributes !== undefined) inner['#attributes'] = attributes;
      text = this.#nodes(inner, nodes, scope, level + 1, false);
      if (Object.keys(inner).length > (attributes === undefined ? 0 : 1)) {
        if (text.trim() !== '') put(inner, '#text', text);
        return inner;
      }
    }
    return attributes === undefined ? text : withAttributes(attributes, text);
  }

  #attributes(nodes: readonly AttributeNode[], scope: Scope): Tree | undefined {
    let attributes: Tree | undefined;
    for (const node of nodes) {
      this.budget.units(16, 0);
      const text = this.#attributeText(node, scope);
      if (text === undefined) continue;
      attributes ??= {};
      put(attributes, node.name, text);
    }
    return attributes;
  }

  /** `undefined` where the attribute is an optional value that is null: it is then not there. */
  #attributeText(attribute: AttributeNode, scope: Scope): string | undefined {
    let text = '';
    for (const part of attribute.parts) {
      if (part.kind === 'text') text += this.#constant(part);
      else if (!part.optional || !scope.values.isNull(part.index)) text += this.#text(part, scope);
      else if (attribute.parts.length === 1) return undefined;
    }
    return text;
  }

  #constant(node: TextNode): string {
    this.budget.units(node.text.length, 0);
    return node.text;
  }

  #text(node: ValueNode, scope: Scope): string {
    const type = scope.values.typeOf(node.index);
    if (type & VALUE_TYPE.array) return this.#items(node, scope).join(', ');
    if (type === VALUE_TYPE.binaryXml) {
      throw new Damage('damaged', scope.values.offsets[node.index]!, 'has XML as the value of an attribute');
    }
    const text = scope.values.text(this.chunk, node.index, scope.memo);
    this.budget.units(text.length, 0);
    return text;
  }

  /** The items where an element holds one list value and nothing else. */
  #listOf(element: ElementNode, scope: Scope): string[] | undefined {
    const only = element.children.length === 1 ? element.children[0]! : undefined;
    if (only?.kind !== 'value' || (scope.values.typeOf(only.index) & VALUE_TYPE.array) === 0) return undefined;
    return this.#items(only, scope);
  }

  #items(node: ValueNode, scope: Scope): string[] {
    const { values } = scope;
    const offset = values.offsets[node.index]!;
    const items = listTexts(this.chunk, values.typeOf(node.index), offset, values.sizes[node.index]!);
    for (const item of items) this.budget.units(2 + item.length, offset);
    return items;
  }
}

function putElement(tree: Tree, name: string, value: TreeValue, element: ElementNode): void {
  if (element.isFirstOfName) tree[name] = value;
  else put(tree, name, value);
}

/** Source: [MS-EVEN6] 2.2.12: an element whose dependency or only, optional value is null is not written. */
function isAbsent(element: ElementNode, { values }: Scope): boolean {
  if (element.dependency >= 0 && values.isNull(element.dependency)) return true;
  const only = element.children.length === 1 ? element.children[0]! : undefined;
  return only?.kind === 'value' && only.optional && values.isNull(only.index);
}

function withAttributes(attributes: Tree, text: string): Tree {
  return text === '' ? { '#attributes': attributes } : { '#attributes': attributes, '#text': text };
}
