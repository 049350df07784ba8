import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { assertValue, rules } from 'snnl-layer';

/** Of this model, of one before it, or of a process that was killed while it saved. */
const WEIGHTS = /^weights-.*\.bin(\.model\.json)?$/;

/**
 * A folder that holds a model, for `model.save`, `tf.loadLayersModel` and the `save` of BestWeights. It
 * needs no tfjs-node, whose `file://` reads the same files.
 *
 * Saving is all or nothing: a process killed meanwhile, or a disk that is full, leaves the model that was
 * there. New weights get a name of their own, `model.json`, which names them, is put in place last, and
 * then the old ones are removed.
 *
 * @param folder Made where it is missing.
 */
export function modelFolder(folder: string): io.IOHandler {
  assertValue('folder of modelFolder', folder, rules.text);
  const path = resolve(folder);
  const topology = join(path, 'model.json');
  return {
    async save(artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
      if (artifacts.modelTopology instanceof ArrayBuffer) {
        throw new Error('Expected a topology in JSON, but got a binary one.');
      }
      mkdirSync(path, { recursive: true });
      const name = `weights-${randomUUID()}.bin`;
      const unfinished = join(path, `${name}.model.json`);
      const { weightSpecs = [], weightData, ...rest } = artifacts;
      const json = { ...rest, weightsManifest: [{ paths: [`./${name}`], weights: weightSpecs }] };
      const data = io.CompositeArrayBuffer.join(weightData);
      try {
        writeFileSync(join(path, name), new Uint8Array(data), { flush: true });
        writeFileSync(unfinished, JSON.stringify(json), { flush: true });
        renameSync(unfinished, topology);
      } catch (error) {
        for (const file of [unfinished, join(path, name)]) rmSync(file, { force: true });
        throw error;
      }
      for (const old of readdirSync(path)) {
        if (WEIGHTS.test(old) && old !== name) rmSync(join(path, old));
      }
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
    },
    async load(): Promise<io.ModelArtifacts> {
      const json = JSON.parse(readFileSync(topology, 'utf8')) as io.ModelJSON;
      return io.getModelArtifactsForJSON(json, async (manifest) => {
        const files = manifest.flatMap(({ paths }) => paths);
        const data = Buffer.concat(files.map((file) => readFileSync(join(path, file))));
        return [manifest.flatMap(({ weights }) => weights), new Uint8Array(data).buffer];
      });
    },
  };
}
