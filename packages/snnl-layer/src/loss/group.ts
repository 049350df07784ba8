import { type Rule, rules } from '../options';

/** Arrays that the processes of a {@link Group} exchange. */
export type GroupArray = Float32Array | Float64Array | Int32Array;

/**
 * Processes that train together. All call the same methods in the same order with arrays of the same
 * type and, but for what `allGather` takes, of the same length. A call returns when all have made it.
 *
 * `connect()` of snnl-parallel makes one; this package only uses it.
 */
export interface Group {
  /** Which of the processes this is, from 0. */
  readonly rank: number;
  /** How many processes there are. */
  readonly size: number;
  /** The sum (default), least or greatest of each element over all ranks, in place; returns `data`. */
  allReduce<T extends GroupArray>(data: T, operation?: 'sum' | 'min' | 'max'): T;
  /**
   * The arrays of all ranks one after the other, in the order of the ranks.
   *
   * @param counts How many elements each rank gives; the same on all ranks.
   */
  allGather<T extends GroupArray>(data: T, counts: readonly number[]): T;
  /** The array of the rank `root` (default 0), in place; returns `data`. */
  broadcast<T extends GroupArray>(data: T, root?: number): T;
}

/** A {@link Group}. */
export const groupRule: Rule<Group> = rules.object(
  'a group of processes, as connect() of snnl-parallel gives',
);
