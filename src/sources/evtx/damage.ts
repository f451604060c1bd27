/** What a reader of this folder says about bytes that are not what the format promises. */

/**
 * Thrown and caught inside this folder only: binary XML nests, and one catch a record is simpler and faster than a result at every
 * level. It is not an `Error`: no stack is taken, so that a file of nothing but damage still reads fast.
 */
export class Damage {
  /**
   * @param offset  bytes from the start of the chunk
   * @param message  what is wrong there, as the end of a sentence
   */
  constructor(
    readonly kind: 'damaged' | 'too-deep' | 'too-large' | 'too-many-fields',
    readonly offset: number,
    readonly message: string,
  ) {}
}
