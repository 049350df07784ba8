import type { Distance } from 'snnl-layer';
import { kernelFor } from 'snnl-layer';
import { assertAgree } from './agreement';
import { makeBatch } from './batch';
import { ours, plain } from './contender';
import type { Machine } from './machine';
import { interleaved, type Sampler, sampler } from './measure';
import type { BackendName, Pass, Size } from './options';
import { peakExtraBytes } from './peak-bytes';
import type { Peer, PeerName } from './peers';
import { plainSkipReason } from './plain-limit';
import { type BenchRecord, flops } from './record';

export interface Comparison {
  readonly backend: BackendName;
  readonly size: Size;
  readonly distance: Distance;
  readonly pass: Pass;
  readonly repeats: number;
  readonly threads: number;
  readonly machine: Machine;
  /** What else is compared, in other frameworks. */
  readonly peers: readonly Peer[];
}

const TEMPERATURE = 1;

/**
 * Checks that the contenders agree on one batch, then times them side by side.
 *
 * @throws Error if they differ.
 */
export async function compare(comparison: Comparison): Promise<BenchRecord> {
  const { backend, size, distance, pass, repeats, threads, peers, machine } = comparison;
  const batch = makeBatch(size.n, size.d);
  const options = { temperature: TEMPERATURE, distance };
  const samplers = new Map<'plain' | 'ours' | PeerName, Sampler>();

  const mine = ours(batch, options);
  const outcome = await mine.run(pass);
  const both = pass === 'forward' ? await mine.run('forward+backward') : outcome;
  samplers.set(
    'ours',
    sampler(() => mine.compute(pass)),
  );

  const what = `${size.n}x${size.d}, ${distance}, ours against`;
  const plainSkipped = plainSkipReason(size, distance, pass);
  const baseline = plainSkipped === null ? plain(batch, options) : undefined;
  if (baseline !== undefined) {
    assertAgree(await baseline.run(pass), outcome, `${what} plain`);
    samplers.set(
      'plain',
      sampler(() => baseline.compute(pass)),
    );
  }
  for (const peer of peers) {
    const theirs = await peer.load(batch, options);
    assertAgree(theirs, both, `${what} ${peer.name}`, peer.tolerance);
    samplers.set(peer.name, peer.sampler(pass));
  }

  const times = await interleaved(samplers, repeats);
  const peak = await peakExtraBytes(() => mine.run(pass));
  mine.dispose();
  baseline?.dispose();

  const ms = (name: 'plain' | PeerName) => times.get(name)?.median ?? null;
  const oursMs = times.get('ours')?.median ?? Number.NaN;
  const plainMs = ms('plain');
  return {
    backend,
    ...size,
    pass,
    distance,
    temperature: TEMPERATURE,
    plainMs,
    plainSkipped,
    oursMs,
    torchMs: ms('torch'),
    torchCompileMs: ms('torch.compile'),
    jaxMs: ms('jax'),
    ratio: plainMs === null ? null : plainMs / oursMs,
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
