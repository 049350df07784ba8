import type { Group, GroupArray } from 'snnl-layer';
import { type Binary, KINDS, OPERATIONS, TYPES } from './native';

/** What carries the messages of a group. */
export interface Engine {
  /** `openmpi`, `mpich` (and its kin), or `mpi5`: whose handles the library takes; `none` for one process alone. */
  readonly abi: string;
  /** Name or path of the library; empty for one process alone. */
  readonly library: string;
  /** What the library says of itself. */
  readonly version: string;
}

/**
 * Processes that train together, as {@link connect} finds them.
 *
 * Blocking calls stop the event loop until all ranks have made them; the asynchronous forms do not, and
 * their arrays must stay as they are until then. Both are made in the order in which they are called.
 *
 * Calls fail, on every rank, where the ranks make different ones, where another rank does not come within
 * the wait limit, and where a signal comes that the process listens to. The message names this rank, the
 * operation and its number; after that the group can only be left.
 */
export interface ParallelGroup extends Group {
  /** The MPI that is used. */
  readonly engine: Engine;
  /** The ranks on this machine: its `rank` picks a GPU, its `size` divides the cores. */
  readonly machine: ParallelGroup;
  /** The ranks that give the same color, an integer from 0 on, in the order of their ranks here. */
  split(color: number): ParallelGroup;
  /** Returns when all ranks have called it. */
  barrier(): void;
  /** `allReduce`, while the event loop goes on. */
  allReduceAsync<T extends GroupArray>(data: T, operation?: 'sum' | 'min' | 'max'): Promise<T>;
  /** `allGather`, while the event loop goes on. */
  allGatherAsync<T extends GroupArray>(data: T, counts: readonly number[]): Promise<T>;
  /** `broadcast`, while the event loop goes on. */
  broadcastAsync<T extends GroupArray>(data: T, root?: number): Promise<T>;
  /**
   * Gives `data` to the rank `to` and gets an array as long from the rank `from`, while the event loop
   * goes on. All ranks take part, as round a ring.
   */
  exchange<T extends GroupArray>(data: T, to: number, from: number): Promise<T>;
  /** Ends all processes at once, this one with `code` (default 1). */
  abort(code?: number): never;
  /**
   * Leaves MPI; all ranks do, when they are done with it. A process that ends with code 0 does so by
   * itself.
   */
  close(): void;
}

const LONGEST = 2 ** 31 - 1;

type Operation = keyof typeof OPERATIONS;

/** One call, as the addon takes it. */
interface Call<T> {
  readonly kind: keyof typeof KINDS;
  readonly data: T | null;
  readonly out?: T;
  readonly counts?: readonly number[];
  readonly operation?: Operation;
  readonly root?: number;
  readonly source?: number;
}

/** A communicator of MPI. */
export class MpiGroup implements ParallelGroup {
  readonly rank: number;
  readonly size: number;
  private onMachine: ParallelGroup | undefined;

  /** @param limit Seconds that a call waits for other ranks. */
  constructor(
    private readonly binary: Binary,
    readonly engine: Engine,
    private readonly limit: number,
    private readonly id = 0,
  ) {
    this.rank = binary.rank(id);
    this.size = binary.size(id);
  }

  get machine(): ParallelGroup {
    this.onMachine ??= this.part(-1);
    return this.onMachine;
  }

  split(color: number): ParallelGroup {
    if (!Number.isInteger(color) || color < 0 || color > LONGEST) {
      throw new RangeError(`Expected the color to be an integer from 0 on, but got ${color}.`);
    }
    return this.part(color);
  }

  barrier(): void {
    this.call({ kind: 'barrier', data: null });
  }

  allReduce<T extends GroupArray>(data: T, operation: Operation = 'sum'): T {
    this.call({ kind: 'allReduce', data, operation });
    return data;
  }

  allGather<T extends GroupArray>(data: T, counts: readonly number[]): T {
    const out = this.space(data, counts);
    this.call({ kind: 'allGather', data, out, counts });
    return out;
  }

  broadcast<T extends GroupArray>(data: T, root = 0): T {
    this.assertRank('root', root);
    this.call({ kind: 'broadcast', data, root });
    return data;
  }

  async allReduceAsync<T extends GroupArray>(data: T, operation: Operation = 'sum'): Promise<T> {
    await this.call({ kind: 'allReduce', data, operation }, true);
    return data;
  }

  async allGatherAsync<T extends GroupArray>(data: T, counts: readonly number[]): Promise<T> {
    const out = this.space(data, counts);
    await this.call({ kind: 'allGather', data, out, counts }, true);
    return out;
  }

  async broadcastAsync<T extends GroupArray>(data: T, root = 0): Promise<T> {
    this.assertRank('root', root);
    await this.call({ kind: 'broadcast', data, root }, true);
    return data;
  }

  async exchange<T extends GroupArray>(data: T, to: number, from: number): Promise<T> {
    this.assertRank('the rank to give to', to);
    this.assertRank('the rank to get from', from);
    const out = likeArray(data, data.length);
    await this.call({ kind: 'exchange', data, out, root: to, source: from }, true);
    return out;
  }

  abort(code = 1): never {
    this.binary.abort(code);
    // MPI ends the process; should it come back, so does this.
    process.exit(code);
  }

  close(): void {
    this.named(() => this.binary.finish(this.limit));
  }

  private part(color: number): ParallelGroup {
    const id = this.named(() => this.binary.split(this.id, color, this.limit));
    return new MpiGroup(this.binary, this.engine, this.limit, id);
  }

  private call<T extends GroupArray>(
    { kind, data, out, counts, operation = 'sum', root = 0, source = 0 }: Call<T>,
    later = false,
  ): Promise<void> | undefined {
    const type = data === null ? 0 : typeOf(data);
    if (Math.max(data?.length ?? 0, out?.length ?? 0) > LONGEST) {
      throw new RangeError(`Expected ${kind} to move at most ${LONGEST} elements at once.`);
    }
    return this.named(() =>
      this.binary.run(
        ...([KINDS[kind], this.id, type, OPERATIONS[operation], data, out ?? null] as const),
        ...([counts ? Int32Array.from(counts) : null, root, source, this.limit, later] as const),
      ),
    );
  }

  /** What the addon throws, with the place where it happened. */
  private named<T>(action: () => T): T {
    const failed = (error: unknown): never => {
      throw new Error(`snnl-parallel: ${(error as Error).message}.`, { cause: error });
    };
    try {
      const result = action();
      return (result instanceof Promise ? result.catch(failed) : result) as T;
    } catch (error) {
      return failed(error);
    }
  }

  private space<T extends GroupArray>(data: T, counts: readonly number[]): T {
    if (counts.length !== this.size || counts[this.rank] !== data.length) {
      throw new RangeError(
        `Expected counts to hold the lengths of the arrays of all ${this.size} ranks, ` +
          `${data.length} at ${this.rank}, but got [${counts.slice(0, 8)}].`,
      );
    }
    return likeArray(
      data,
      counts.reduce((sum, count) => sum + count, 0),
    );
  }

  private assertRank(what: string, rank: number): void {
    if (Number.isInteger(rank) && rank >= 0 && rank < this.size) return;
    throw new RangeError(`Expected ${what} to be from 0 to ${this.size - 1}, but got ${rank}.`);
  }
}

function typeOf(data: GroupArray): number {
  const type = TYPES.findIndex((Type) => data instanceof Type);
  if (type >= 0) return type;
  throw new TypeError('Expected a Float32Array, a Float64Array or an Int32Array.');
}

function likeArray<T extends GroupArray>(data: T, length: number): T {
  const { [typeOf(data)]: Type = Float32Array } = TYPES;
  return new Type(length) as T;
}

/** A process that was started alone: every call returns what it was given. */
export class Alone implements ParallelGroup {
  readonly rank = 0;
  readonly size = 1;
  readonly engine: Engine = { abi: 'none', library: '', version: '' };
  readonly machine = this;

  split(): ParallelGroup {
    return this;
  }

  barrier(): void {}

  allReduce<T extends GroupArray>(data: T): T {
    return data;
  }

  allGather<T extends GroupArray>(data: T): T {
    return data.slice() as T;
  }

  broadcast<T extends GroupArray>(data: T): T {
    return data;
  }

  async allReduceAsync<T extends GroupArray>(data: T): Promise<T> {
    return data;
  }

  async allGatherAsync<T extends GroupArray>(data: T): Promise<T> {
    return this.allGather(data);
  }

  async broadcastAsync<T extends GroupArray>(data: T): Promise<T> {
    return data;
  }

  async exchange<T extends GroupArray>(data: T): Promise<T> {
    return this.allGather(data);
  }

  abort(code = 1): never {
    process.exit(code);
  }

  close(): void {}
}
