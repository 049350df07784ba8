import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goldenCases } from '@snnl/reference';
import type { Batch } from './batch';
import type { LossOptions, Outcome } from './contender';
import { JsonLines } from './json-lines';
import type { Sampler } from './measure';
import type { Pass } from './options';

const SCRIPT = fileURLToPath(new URL('../peers.py', import.meta.url));

export const PEERS = ['torch', 'torch.compile', 'jax'] as const;
export type PeerName = (typeof PEERS)[number];

/** Golden cases where the published formula does not suffer from float32. */
const CHECKED = ['cosine: sizes off every power of two', 'squaredEuclidean: single feature'];

/** Its worker threads spin this long after a computation; the next contender waits it out. */
const SETTLE_MS = 20;

/** The loss in another framework, in a process of its own. */
export class Peer {
  readonly name: PeerName;
  readonly #process: JsonLines;
  readonly #folder = mkdtempSync(join(tmpdir(), 'snnl-bench-'));
  #version = '';

  private constructor(name: PeerName, process: JsonLines) {
    this.name = name;
    this.#process = process;
  }

  /**
   * @throws Error if it cannot run here, or if eager PyTorch does not reproduce the published
   *   formula's golden values (the compiled one has the same code).
   */
  static async start(name: PeerName, python: string, threads: number): Promise<Peer> {
    if (endianness() !== 'LE') throw new Error('Expected a little-endian machine.');
    const env = { OMP_NUM_THREADS: String(threads) };
    const peer = new Peer(name, new JsonLines(python, [SCRIPT, name], env));
    try {
      const { version } = await peer.#process.ask({ command: 'start', threads });
      peer.#version = String(version);
      if (name === 'torch') await peer.#check();
    } catch (error) {
      await peer.close();
      throw error;
    }
    return peer;
  }

  /** Of the framework. */
  get version(): string {
    return this.#version;
  }

  /** How far its formula may be from the loss on the batches that are measured, relatively. */
  get tolerance(): number {
    return this.name === 'jax' ? 1e-3 : 1e-2;
  }

  async #check(): Promise<void> {
    for (const golden of goldenCases.filter(({ name }) => CHECKED.includes(name))) {
      const [n, d] = [golden.features.length, golden.features[0]?.length ?? 0];
      const features = Float32Array.from(golden.features.flat());
      const labels = Int32Array.from(golden.labels);
      const { loss } = await this.load({ n, d, features, labels }, golden);
      const expected = golden.paperCodeLossEps1e5;
      if (!(Math.abs(loss - expected) <= 1e-4 * Math.abs(expected))) {
        throw new Error(`peers.py: expected ${expected} (${golden.name}), got ${loss}.`);
      }
    }
  }

  /** Takes a batch over and returns its loss and gradient. */
  async load(batch: Batch, { temperature, distance }: LossOptions): Promise<Outcome> {
    const file = (name: string) => join(this.#folder, name);
    const [features, labels, gradient] = [file('features'), file('labels'), file('gradient')];
    writeFileSync(features, batch.features);
    writeFileSync(labels, batch.labels);
    const { n, d } = batch;
    const message = { command: 'load', n, d, temperature, distance, features, labels, gradient };
    const loss = await this.#number('loss', message);
    return { loss, gradient: new Float32Array(new Uint8Array(readFileSync(gradient)).buffer) };
  }

  /** Times the loaded batch. */
  sampler(pass: Pass): Sampler {
    return async (iterations) => {
      const ms = await this.#number('ms', { command: 'time', pass, iterations });
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      return ms;
    };
  }

  async close(): Promise<void> {
    await this.#process.close();
    rmSync(this.#folder, { recursive: true });
  }

  async #number(key: string, message: object): Promise<number> {
    const answer = await this.#process.ask(message);
    const value = answer[key];
    if (typeof value === 'number') return value;
    throw new Error(`Expected a number '${key}' from peers.py, got ${JSON.stringify(answer)}.`);
  }
}
