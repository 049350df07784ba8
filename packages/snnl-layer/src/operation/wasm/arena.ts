import { HEAP_START } from './layout';

/** Cache lines apart, so that no two threads write to the same one. */
const ALIGNMENT = 64;

/** Hands out stretches of memory one after the other. */
export class Arena {
  private next = HEAP_START;

  /** Byte address of `words` free 32-bit words. */
  take(words: number): number {
    const address = this.next;
    this.next = Math.ceil((address + words * 4) / ALIGNMENT) * ALIGNMENT;
    return address;
  }

  /** Bytes of memory that everything taken so far needs, with room for one vector past the end. */
  get end(): number {
    return this.next + ALIGNMENT;
  }
}
