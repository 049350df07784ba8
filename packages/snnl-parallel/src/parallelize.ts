import {
  engine,
  type NamedTensorMap,
  type Optimizer,
  type Scalar,
  scalar,
  type Tensor,
  tensor,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allLayers, assertOptions, type Group, type OptionRules, rules } from 'snnl-layer';
import type { ParallelGroup } from './group';

/** Options of {@link parallelize}. */
export interface ParallelizeOptions {
  /**
   * Over which ranks the soft nearest neighbour loss of a step extends: `all` (default), those of a
   * `machine`, or so many with neighbouring numbers. Its cost for a rank grows with their number; beyond
   * some 32 ranks less than all are enough.
   */
  readonly scope?: 'all' | 'machine' | number;
}

const RULES: OptionRules<ParallelizeOptions> = {
  scope: rules.either(rules.oneOf<'all' | 'machine'>(['all', 'machine']), rules.integerFrom(1)),
};

/** What the losses of a model tell of the batches that it sees. */
class Rows {
  /** Of the training step under way. */
  step = 0;
  /** Steps of training so far. */
  steps = 0;
  /** Trained on, and evaluated, since the logs were averaged last. */
  trained = 0;
  evaluated = 0;

  note(rows: number): void {
    if (engine().isTapeOn()) this.step = rows;
    else this.evaluated += rows;
  }
}

const known = new WeakMap<LayersModel, Rows>();

/** A model of tfjs-layers by what is used here. */
type Compiled = Pick<LayersModel, 'lossFunctions' | 'optimizer'>;

/** What trains: a sequential model is a shell around another. */
const trainedModel = (model: LayersModel): LayersModel =>
  (Reflect.get(model, 'model') as LayersModel | undefined) ?? model;

/** @throws Error if the model has not been parallelized. */
export function rowsOf(model: LayersModel): Rows {
  const rows = known.get(trainedModel(model));
  if (rows !== undefined) return rows;
  throw new Error(
    'Expected a model that is parallelized: parallelize(model, group) after compile.',
  );
}

type ComputeGradients = Optimizer['computeGradients'];

/** The methods of optimizers before they were wrapped. */
const originals = new WeakMap<Optimizer, ComputeGradients>();

/**
 * Makes a compiled model train as one with those of the other ranks: weights begin as those of rank 0, each
 * step averages gradients and loss over all ranks, weighted by their rows, and soft nearest neighbour layers
 * see the batches of all ranks as one. Call it on every rank, after `compile` and after loading.
 *
 * The hook is a method of this optimizer object; its class, config, state and what is saved of it stay as
 * they are. `fit`, `fitDataset` and `trainOnBatch` go through it; a loop of your own does where it calls
 * `optimizer.minimize` or `computeGradients`, not with `variableGrads`. Learning rates stay yours.
 *
 * @throws Error if the model is not compiled; on all ranks, if their models differ in size.
 */
export function parallelize(
  model: LayersModel,
  group: ParallelGroup,
  options: ParallelizeOptions = {},
): void {
  assertOptions('parallelize', options, RULES);
  const { scope = 'all' } = options;
  const trained: Compiled & LayersModel = trainedModel(model);
  if (trained.optimizer === undefined || trained.lossFunctions === undefined) {
    throw new Error('Expected a compiled model: parallelize comes after compile.');
  }
  broadcastWeights(model, group);
  const rows = new Rows();
  known.set(trained, rows);
  trained.lossFunctions = trained.lossFunctions.map((loss, output) => (yTrue, yPred) => {
    if (output === 0) rows.note(yTrue.shape[0] as number);
    return loss(yTrue, yPred);
  });
  const seen = ranksOf(group, scope);
  for (const layer of allLayers(model)) {
    if (layer.getClassName() === 'SoftNearestNeighbor') Reflect.set(layer, 'group', seen);
  }
  averageGradients(trained.optimizer, group, rows);
}

function ranksOf(group: ParallelGroup, scope: 'all' | 'machine' | number): Group {
  if (scope === 'machine') return group.machine;
  return scope === 'all' ? group : group.split(Math.floor(group.rank / scope));
}

/** Gives all ranks the weights that rank 0 has, in one message. */
function broadcastWeights(model: LayersModel, group: Group): void {
  tidy(() => {
    const weights = model.getWeights();
    const all = new Float32Array(weights.reduce((sum, { size }) => sum + size, 0));
    let at = 0;
    for (const weight of group.rank === 0 ? weights : []) {
      all.set(weight.dataSync(), at);
      at += weight.size;
    }
    group.broadcast(all);
    at = 0;
    const given = weights.map(({ size, shape, dtype }) => {
      at += size;
      return tensor(all.slice(at - size, at), shape, dtype);
    });
    if (group.rank !== 0) model.setWeights(given);
  });
}

function averageGradients(optimizer: Optimizer, group: Group, rows: Rows): void {
  const original = originals.get(optimizer) ?? optimizer.computeGradients;
  originals.set(optimizer, original);
  let space = new Float32Array(0);
  optimizer.computeGradients = (f: () => Scalar, variables?: Variable[]) => {
    rows.step = 0;
    rows.steps += 1;
    const { value, grads } = original.call(optimizer, f, variables);
    if (rows.step === 0) {
      throw new Error(
        'Expected the compiled losses of the model in a training step, but they did not run. After ' +
          'another compile, call parallelize(model, group) again.',
      );
    }
    rows.trained += rows.step;
    // By position: each process numbers the names of variables in its own way.
    const names = variables === undefined ? Object.keys(grads) : variables.map(({ name }) => name);
    const found = names.flatMap((name) => {
      const gradient = grads[name];
      return gradient == null ? [] : [{ name, gradient }];
    });
    const parts: Tensor[] = [...found.map(({ gradient }) => gradient), value];
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    if (space.length !== size + 1) space = new Float32Array(size + 1);
    const averages = averaged(parts, rows, group, space);
    const given: NamedTensorMap = { ...grads };
    for (const [i, { name }] of found.entries()) given[name] = averages[i] as Tensor;
    return { value: averages.at(-1) as Scalar, grads: given };
  };
}

/** The means of tensors over ranks, weighted by rows, through one message; the tensors are disposed of. */
function averaged(parts: Tensor[], rows: Rows, group: Group, space: Float32Array): Tensor[] {
  let at = 0;
  for (const part of parts) {
    space.set(part.dataSync(), at);
    at += part.size;
  }
  for (let i = 0; i < at; i++) space[i] = (space[i] as number) * rows.step;
  space[at] = rows.step;
  atStep(rows, () => group.allReduce(space));
  const share = 1 / (space[at] as number);
  for (let i = 0; i < at; i++) space[i] = (space[i] as number) * share;
  at = 0;
  return parts.map((part) => {
    const { shape, size } = part;
    part.dispose();
    at += size;
    const values = space.slice(at - size, at);
    return shape.length === 0 ? scalar(values[0] as number) : tensor(values, shape);
  });
}

/** Says of an error between ranks in which step it came. */
export function atStep<T>({ steps }: Rows, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(
      `In training step ${steps}: ${(error as Error).message} Ranks need equally many batches in an ` +
        'epoch, and models with the same weights: see shard and together.',
      { cause: error },
    );
  }
}
