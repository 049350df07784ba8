import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { Group } from 'snnl-layer';

/** Why rank 0 failed, or an empty text, on all ranks. */
function shareProblem(group: Group, problem: string): void {
  const text = decode(broadcastBytes(group, encode(problem)));
  if (text !== '') throw new Error(`Rank 0 says: ${text}`);
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The bytes that rank 0 has, on all ranks. */
function broadcastBytes(group: Group, bytes: Uint8Array): Uint8Array {
  const [length = 0] = group.broadcast(Float64Array.of(bytes.length));
  // Messages of at most 1 GiB.
  const words = new Int32Array(Math.ceil(length / 4));
  const view = new Uint8Array(words.buffer);
  if (group.rank === 0) view.set(bytes);
  const most = 2 ** 28;
  for (let at = 0; at < words.length; at += most) group.broadcast(words.subarray(at, at + most));
  return view.subarray(0, length);
}

/**
 * Saves the model of rank 0; the others wait until that is done.
 *
 * @param target As `model.save` takes it; only rank 0 writes there.
 * @param config As `model.save` takes it: with `includeOptimizer` a training can go on from there.
 * @throws Error on all ranks, if rank 0 cannot save.
 */
export async function saveTogether(
  model: LayersModel,
  target: string | io.IOHandler,
  group: Group,
  config: io.SaveConfig = {},
): Promise<void> {
  let problem = '';
  if (group.rank === 0) {
    try {
      await model.save(target, config);
    } catch (error) {
      problem = `${(error as Error).message}`;
    }
  }
  shareProblem(group, problem);
}

/** @throws Error if there is no handler for the address. */
function handlerOf(source: string | io.IOHandler): io.IOHandler {
  if (typeof source !== 'string') return source;
  const [handler] = io.getLoadHandlers(source);
  if (handler !== undefined) return handler;
  throw new Error(`Expected an address that tfjs can load from, but got '${source}'.`);
}

/**
 * Loads a model on all ranks from what rank 0 reads: topology, weights and, if saved, the optimizer with its
 * state. Then compile it where it needs that, and `parallelize` it.
 *
 * @param source As `tf.loadLayersModel` takes it; only rank 0 reads there.
 * @throws Error on all ranks, if rank 0 cannot load.
 */
export async function loadTogether(
  source: string | io.IOHandler,
  group: Group,
): Promise<LayersModel> {
  let read: io.ModelArtifacts = {};
  let problem = '';
  if (group.rank === 0) {
    try {
      read = (await handlerOf(source).load?.()) ?? {};
      if (read.modelTopology === undefined) throw new Error(`There is no model at ${source}.`);
    } catch (error) {
      problem = `${(error as Error).message}`;
    }
  }
  shareProblem(group, problem);
  const { weightData = new ArrayBuffer(0), ...rest } = read;
  const json = decode(broadcastBytes(group, encode(JSON.stringify(rest))));
  const data = broadcastBytes(group, new Uint8Array(joined(weightData)));
  const artifacts: io.ModelArtifacts = { ...JSON.parse(json), weightData: data.slice().buffer };
  return loadLayersModel(io.fromMemory(artifacts));
}

/** Weights may come in several buffers. */
const joined = (data: io.WeightData): ArrayBuffer =>
  io.CompositeArrayBuffer.join(data as ArrayBuffer | ArrayBuffer[]);
