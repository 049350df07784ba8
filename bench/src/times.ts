import { useBackend } from './backends';
import { compare } from './compare';
import { report } from './format';
import { describeMachine } from './machine';
import type { BackendName, Options, Size } from './options';
import type { BenchRecord } from './record';
import { Torch } from './torch';
import { torchPython } from './torch-install';

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
};

/** Measures every size, distance and pass, and prints lines as they come or a table at the end. */
export async function runTimes(options: Options): Promise<void> {
  const { backend = 'wasm', repeats, threads } = options;
  await useBackend(backend, threads);
  const torch = options.torch ? await Torch.start(torchPython(), threads) : undefined;
  const machine = describeMachine(torch?.version ?? null);
  const shared = { backend, repeats, threads, torch, machine };
  const records: BenchRecord[] = [];
  try {
    for (const size of options.sizes ?? DEFAULT_SIZES[backend]) {
      for (const distance of options.distances) {
        for (const pass of options.passes) {
          if (!options.json) console.error(`${size.n}x${size.d} ${distance}, ${pass} ...`);
          const record = await compare({ ...shared, size, distance, pass });
          records.push(record);
          if (options.json) console.log(JSON.stringify(record));
        }
      }
    }
  } finally {
    await torch?.close();
  }
  if (!options.json) console.log(report(records));
}
