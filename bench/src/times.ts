import { isBrowserBackend, type NodeBackend, useBackend } from './backends';
import { openBrowser } from './browser/host';
import type { BrowserBackend } from './browser/measures';
import { type Comparison, compare } from './compare';
import { report } from './format';
import { describeMachine } from './machine';
import { type BackendName, type Options, type Size, UsageError } from './options';
import { PEERS, Peer, type PeerName } from './peers';
import { peersPython } from './peers-install';
import type { BenchRecord } from './record';

/** What software rendering can still do. */
const GPU_SIZES: readonly Size[] = [
  { n: 1024, d: 512 },
  { n: 4096, d: 64 },
];

/** Small enough for a run of a few minutes. */
const DEFAULT_SIZES: Record<BackendName, readonly Size[]> = {
  cpu: [
    { n: 256, d: 500 },
    { n: 1024, d: 64 },
  ],
  wasm: [
    { n: 1024, d: 64 },
    { n: 1024, d: 512 },
    { n: 4096, d: 64 },
  ],
  tensorflow: [
    { n: 1024, d: 64 },
    { n: 4096, d: 64 },
    { n: 1024, d: 512 },
    { n: 4096, d: 512 },
  ],
  webgl: GPU_SIZES,
  webgpu: GPU_SIZES,
};

/** Where the measurements of one backend run. */
interface Bench {
  measure(comparison: Pick<Comparison, 'size' | 'distance' | 'pass'>): Promise<BenchRecord>;
  close(): Promise<void>;
}

async function startHere(backend: NodeBackend, options: Options): Promise<Bench> {
  const { repeats, threads } = options;
  await useBackend(backend, threads);
  const peers: Peer[] = [];
  const close = async () => {
    for (const peer of peers) await peer.close();
  };
  try {
    if (options.peers) {
      const python = peersPython();
      for (const name of PEERS) peers.push(await Peer.start(name, python, threads));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const version = (name: PeerName) => peers.find((peer) => peer.name === name)?.version ?? null;
  const machine = describeMachine({ torch: version('torch'), jax: version('jax') });
  const shared = { backend, repeats, threads, peers, machine };
  return { measure: (comparison) => compare({ ...shared, ...comparison }), close };
}

async function startInBrowser(backend: BrowserBackend, options: Options): Promise<Bench> {
  if (options.peers) {
    throw new UsageError(
      `--peers compares with PyTorch and JAX on the same cores: use it with another backend than ` +
        `'${backend}'.`,
    );
  }
  const { repeats, threads, gpu } = options;
  const browser = await openBrowser(backend, gpu);
  const machine = describeMachine({ browser: browser.description });
  const shared = { backend, repeats, threads, machine };
  return {
    measure: (comparison) => browser.times({ ...shared, ...comparison }),
    close: browser.close,
  };
}

/** Measures every size, distance and pass, and prints lines as they come or a table at the end. */
export async function runTimes(options: Options): Promise<void> {
  const { backend = 'wasm' } = options;
  const bench = isBrowserBackend(backend)
    ? await startInBrowser(backend, options)
    : await startHere(backend, options);
  const records: BenchRecord[] = [];
  try {
    for (const size of options.sizes ?? DEFAULT_SIZES[backend]) {
      for (const distance of options.distances) {
        for (const pass of options.passes) {
          if (!options.json) console.error(`${size.n}x${size.d} ${distance}, ${pass} ...`);
          const record = await bench.measure({ size, distance, pass });
          records.push(record);
          if (options.json) console.log(JSON.stringify(record));
        }
      }
    }
  } finally {
    await bench.close();
  }
  if (!options.json) console.log(report(records));
}
