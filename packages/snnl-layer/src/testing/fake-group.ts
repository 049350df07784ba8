import { tidy } from '@tensorflow/tfjs-core';
import type { Group, GroupArray } from '../loss/group';

/** A call that waits for the other ranks. */
interface Pending {
  readonly name: string;
  readonly data: GroupArray;
  /** Its result, from the arrays of all ranks. */
  readonly combine: (all: GroupArray[]) => GroupArray;
}

class Suspended extends Error {}

const OPERATIONS = {
  sum: (a: number, b: number) => a + b,
  min: Math.min,
  max: Math.max,
};

/**
 * Runs `program` as so many ranks of a group within this process. A rank that would wait is stopped, and
 * run again from the start with what the others gave, so a program must do the same each time.
 *
 * @returns What it returns on each rank.
 * @throws Error if the ranks make different calls.
 */
export function asRanks<T>(size: number, program: (group: Group) => T): T[] {
  const known: GroupArray[][] = Array.from({ length: size }, () => []);
  for (;;) {
    const runs = known.map((results, rank) => runUntilUnknown(rank, size, results, program));
    const waiting = runs.flatMap((run) => ('call' in run ? [run.call] : []));
    const [first] = waiting;
    if (first === undefined) return runs.flatMap((run) => ('result' in run ? [run.result] : []));
    const names = runs.map((run) => ('call' in run ? run.call.name : 'no call'));
    if (new Set(names).size > 1) throw new Error(`The ranks make different calls: ${names}.`);
    const all = waiting.map(({ data }) => data);
    for (const [rank, { combine }] of waiting.entries()) known[rank]?.push(combine(all));
  }
}

function runUntilUnknown<T>(
  rank: number,
  size: number,
  results: readonly GroupArray[],
  program: (group: Group) => T,
): { readonly result: T } | { readonly call: Pending } {
  let next = 0;
  let call: Pending | undefined;
  const wait = <A extends GroupArray>(pending: Pending): A => {
    const result = results[next++];
    if (result !== undefined) return result.slice() as A;
    call = { ...pending, data: pending.data.slice() };
    throw new Suspended();
  };
  const group: Group = {
    rank,
    size,
    allReduce(data, operation = 'sum') {
      const combine = (all: GroupArray[]) =>
        all.reduce((a, b) => a.map((value, i) => OPERATIONS[operation](value, b[i] as number)));
      data.set(wait({ name: `allReduce ${operation} ${data.length}`, data, combine }));
      return data;
    },
    allGather(data, counts) {
      const combine = (all: GroupArray[]) => {
        const total = all.reduce((sum, { length }) => sum + length, 0);
        const out = new (data.constructor as new (length: number) => GroupArray)(total);
        let at = 0;
        for (const part of all) {
          out.set(part, at);
          at += part.length;
        }
        return out;
      };
      if (counts[rank] !== data.length) throw new Error(`Rank ${rank} counts wrongly.`);
      return wait({ name: `allGather ${counts}`, data, combine });
    },
    broadcast(data, root = 0) {
      const combine = (all: GroupArray[]) => all[root] as GroupArray;
      data.set(wait({ name: `broadcast ${root} ${data.length}`, data, combine }));
      return data;
    },
  };
  try {
    return { result: tidy(() => program(group) as never) };
  } catch (error) {
    if (error instanceof Suspended && call !== undefined) return { call };
    throw error;
  }
}
