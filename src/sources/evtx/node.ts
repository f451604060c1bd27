/**
 * Binary XML after parsing: what a fragment or a template says, with places where values go. Names are texts, offsets are gone, so a
 * template is parsed once a chunk and filled in for each record.
 */

import type { ValueTable } from './value-table.js';

export type Node = TextNode | ValueNode | ElementNode | InstanceNode;

export interface TextNode {
  readonly kind: 'text';
  readonly text: string;
}

export interface ValueNode {
  readonly kind: 'value';
  /** Which value of the record goes here. */
  readonly index: number;
  /** Optional values that are null take the attribute they stand in away. */
  readonly optional: boolean;
}

export interface ElementNode {
  readonly kind: 'element';
  readonly name: string;
  /** Namespace declarations are not attributes and are left out. */
  readonly attributes: readonly AttributeNode[];
  readonly children: readonly Node[];
  /** `Data` elements in `EventData`: the constant text of their `Name`; `undefined` where it is a value, or there is none. */
  readonly dataName: string | undefined;
  /**
   * No element before it in its parent can have its name, so it need not be looked for: looking took a tenth of the reading time. The
   * parser sets it once the parent is read.
   */
  isFirstOfName: boolean;
  /** Value whose absence takes the element away; -1 if none. */
  readonly dependency: number;
  /** Bytes from the start of the chunk, for messages. */
  readonly offset: number;
}

export interface AttributeNode {
  readonly name: string;
  readonly parts: readonly (TextNode | ValueNode)[];
}

/** A template filled with values that are part of the fragment itself. */
export interface InstanceNode {
  readonly kind: 'instance';
  readonly template: Template;
  readonly values: ValueTable;
}

export interface Template {
  readonly nodes: readonly Node[];
  /** Texts of the last record's values: most of them are the same in the next record, which then costs a comparison, not a text. */
  readonly memo: ValueMemo;
}

/** By index of the value: where it was, what it was, its text. */
export interface ValueMemo {
  readonly offsets: number[];
  readonly sizes: number[];
  readonly types: number[];
  readonly texts: string[];
}
