import type { Distance } from 'snnl-layer';
import { kernelFor } from 'snnl-layer';
import { assertAgree } from './agreement';
import { makeBatch } from './batch';
import { ours, plain } from './contender';
import type { Machine } from './machine';
import { interleaved, type Sampler, sampler } from './measure';
import type { BackendName, Pass, Size } from './options';
import { peakExtraBytes } from './peak-bytes';
import { plainSkipReason } from './plain-limit';
import { type BenchRecord, flops } from './record';
import type { Torch } from './torch';

export interface Comparison {
  readonly backend: BackendName;
  readonly size: Size;
  readonly distance: Distance;
  readonly pass: Pass;
  readonly repeats: number;
  readonly threads: number;
  readonly machine: Machine;
  /** Undefined: PyTorch is not compared. */
  readonly torch: Torch | undefined;
}

const TEMPERATURE = 1;

/** The published formula is not exact, but on these batches it should be near. */
function assertClose(torchLoss: number, loss: number): void {
  if (Math.abs(torchLoss - loss) <= 0.01 * loss) return;
  throw new Error(`Expected PyTorch's loss near ${loss}, but got ${torchLoss}.`);
}

const quotient = (a: number | null, b: number) => (a === null ? null : a / b);

/**
 * Checks that the contenders agree on one batch, then times them side by side.
 *
 * @throws Error if ours and the plain formulation differ.
 */
export async function compare(comparison: Comparison): Promise<BenchRecord> {
  const { backend, size, distance, pass, repeats, threads, torch, machine } = comparison;
  const batch = makeBatch(size.n, size.d);
  const options = { temperature: TEMPERATURE, distance };
  const samplers = new Map<'plain' | 'ours' | 'torch', Sampler>();

  const mine = ours(batch, options);
  const outcome = await mine.run(pass);
  samplers.set(
    'ours',
    sampler(() => mine.compute(pass)),
  );

  const plainSkipped = plainSkipReason(size, distance, pass);
  const baseline = plainSkipped === null ? plain(batch, options) : undefined;
  if (baseline !== undefined) {
    const what = `Ours against plain at ${size.n}x${size.d}, ${distance}`;
    assertAgree(await baseline.run(pass), outcome, what);
    samplers.set(
      'plain',
      sampler(() => baseline.compute(pass)),
    );
  }
  if (torch !== undefined) {
    assertClose(await torch.load(batch, options), outcome.loss);
    samplers.set('torch', torch.sampler(pass));
  }

  const times = await interleaved(samplers, repeats);
  const peak = await peakExtraBytes(() => mine.run(pass));
  mine.dispose();
  baseline?.dispose();

  const oursMs = times.get('ours')?.median ?? Number.NaN;
  const plainMs = times.get('plain')?.median ?? null;
  const torchMs = times.get('torch')?.median ?? null;
  return {
    backend,
    ...size,
    pass,
    distance,
    temperature: TEMPERATURE,
    plainMs,
    plainSkipped,
    oursMs,
    torchMs,
    ratio: quotient(plainMs, oursMs),
    torchRatio: quotient(torchMs, oursMs),
    bestMs: Object.fromEntries([...times].map(([name, { best }]) => [name, best])),
    oursGflops: flops(size.n, size.d, pass) / oursMs / 1e6,
    oursPeakBytes: peak.bytes,
    peakMeasure: peak.measure,
    kernel: kernelFor(backend),
    repeats,
    threads,
    machine,
  };
}
