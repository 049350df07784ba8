import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goldenCases } from '@snnl/reference';
import type { Batch } from './batch';
import type { LossOptions } from './contender';
import { JsonLines } from './json-lines';
import type { Sampler } from './measure';
import type { Pass } from './options';

const SCRIPT = fileURLToPath(new URL('../torch_eager.py', import.meta.url));

/** Golden cases where the published formula does not suffer from float32. */
const CHECKED = ['cosine: sizes off every power of two', 'squaredEuclidean: single feature'];

/** Its worker threads spin this long after a computation; the next contender waits it out. */
const SETTLE_MS = 20;

function numberOf(answer: Record<string, unknown>, key: string): number {
  const value = answer[key];
  if (typeof value === 'number') return value;
  throw new Error(`Expected a number '${key}' from torch_eager.py, got ${JSON.stringify(answer)}.`);
}

/** PyTorch's eager code of the published formula, in a process of its own. */
export class Torch {
  readonly #process: JsonLines;
  readonly #folder = mkdtempSync(join(tmpdir(), 'snnl-bench-'));
  readonly version: string;

  private constructor(process: JsonLines, version: string) {
    this.#process = process;
    this.version = version;
  }

  /** @throws Error if it does not reproduce the published formula's golden values. */
  static async start(python: string, threads: number): Promise<Torch> {
    if (endianness() !== 'LE') throw new Error('Expected a little-endian machine.');
    const process = new JsonLines(python, [SCRIPT], { OMP_NUM_THREADS: String(threads) });
    const { torch } = await process.ask({ command: 'start', threads });
    const started = new Torch(process, String(torch));
    try {
      await started.#check();
    } catch (error) {
      await started.close();
      throw error;
    }
    return started;
  }

  async #check(): Promise<void> {
    for (const golden of goldenCases.filter(({ name }) => CHECKED.includes(name))) {
      const [n, d] = [golden.features.length, golden.features[0]?.length ?? 0];
      const features = Float32Array.from(golden.features.flat());
      const labels = Int32Array.from(golden.labels);
      const loss = await this.load({ n, d, features, labels }, golden);
      const expected = golden.paperCodeLossEps1e5;
      if (!(Math.abs(loss - expected) <= 1e-4 * Math.abs(expected))) {
        throw new Error(`torch_eager.py: expected ${expected} (${golden.name}), got ${loss}.`);
      }
    }
  }

  /** Takes a batch over and returns its loss. */
  async load(batch: Batch, { temperature, distance }: LossOptions): Promise<number> {
    const features = join(this.#folder, 'features');
    const labels = join(this.#folder, 'labels');
    writeFileSync(features, batch.features);
    writeFileSync(labels, batch.labels);
    const { n, d } = batch;
    const message = { command: 'load', n, d, temperature, distance, features, labels };
    return numberOf(await this.#process.ask(message), 'loss');
  }

  /** Times the loaded batch. */
  sampler(pass: Pass): Sampler {
    return async (iterations) => {
      const answer = await this.#process.ask({ command: 'time', pass, iterations });
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      return numberOf(answer, 'ms');
    };
  }

  async close(): Promise<void> {
    await this.#process.close();
    rmSync(this.#folder, { recursive: true });
  }
}
