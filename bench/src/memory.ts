import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Distance, type KernelKind, kernelFor } from 'snnl-layer';
import { isBrowserBackend, type NodeBackend, useBackend } from './backends';
import { makeBatch } from './batch';
import { openBrowser } from './browser/host';
import type { BrowserBackend } from './browser/measures';
import { ours } from './contender';
import { machineLine, megabytes, table } from './format';
import { describeMachine, type Machine } from './machine';
import type { BackendName, Options, Size } from './options';
import { type Peak, peakExtraBytes } from './peak-bytes';
import { plainBytes } from './plain-limit';

/** Memory of loss and gradient on one backend: one line of `--memory --json`. */
export interface MemoryRecord {
  readonly backend: BackendName;
  readonly n: number;
  readonly d: number;
  readonly distance: Distance;
  readonly kernel: KernelKind;
  readonly oursPeakBytes: number;
  readonly peakMeasure: Peak['measure'];
  /** Growth of the whole process, an upper bound; null in a browser. */
  readonly processGrowthBytes: number | null;
  /** What the plain formulation would hold, from its number of N x N matrices. */
  readonly plainEstimateBytes: number;
  readonly machine: Machine;
}

const PASS = 'forward+backward';
const DEFAULT_SIZE: Size = { n: 8192, d: 32 };

const residentPeak = () => process.resourceUsage().maxRSS * 1024;

/** Measures in this process, which should be fresh: the growth counts from its highest point. */
async function measureMemory(
  backend: NodeBackend,
  size: Size,
  distance: Distance,
): Promise<MemoryRecord> {
  const options = { temperature: 1, distance };
  const machine = describeMachine();
  // Compiles and starts what a first run starts.
  const small = ours(makeBatch(64, size.d), options);
  await small.run(PASS);
  small.dispose();
  const contender = ours(makeBatch(size.n, size.d), options);
  const before = residentPeak();
  const peak = await peakExtraBytes(() => contender.run(PASS));
  const processGrowthBytes = residentPeak() - before;
  contender.dispose();
  return {
    backend,
    ...size,
    distance,
    kernel: kernelFor(backend),
    oursPeakBytes: peak.bytes,
    peakMeasure: peak.measure,
    processGrowthBytes,
    plainEstimateBytes: plainBytes(size, distance, PASS),
    machine,
  };
}

/** The same in Chromium, where the process is not ours to measure. */
async function measureInBrowser(
  backend: BrowserBackend,
  size: Size,
  distance: Distance,
  hardware: boolean,
): Promise<MemoryRecord> {
  const browser = await openBrowser(backend, hardware);
  try {
    const { bytes, measure, kernel } = await browser.memory(size, distance);
    return {
      backend,
      ...size,
      distance,
      kernel,
      oursPeakBytes: bytes,
      peakMeasure: measure,
      processGrowthBytes: null,
      plainEstimateBytes: plainBytes(size, distance, PASS),
      machine: describeMachine({ browser: browser.description }),
    };
  } finally {
    await browser.close();
  }
}

async function measureHere(
  { threads, gpu }: Options,
  backend: BackendName,
  size: Size,
  distance: Distance,
): Promise<MemoryRecord> {
  if (isBrowserBackend(backend)) return measureInBrowser(backend, size, distance, gpu);
  await useBackend(backend, threads);
  return measureMemory(backend, size, distance);
}

/** The same in a process of its own. */
function measureApart(
  { threads }: Options,
  backend: BackendName,
  { n, d }: Size,
  distance: Distance,
): MemoryRecord {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const args = ['--memory', '--json', '--backend', backend, '--sizes', `${n}x${d}`];
  const child = spawnSync(
    process.execPath,
    [...process.execArgv, main, ...args, '--distance', distance, '--threads', String(threads)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (child.status !== 0) throw new Error(`The ${backend} measurement failed; see above.`);
  return JSON.parse(child.stdout) as MemoryRecord;
}

function row(record: MemoryRecord): [string, string][] {
  return [
    ['backend', record.backend],
    ['kernel', record.kernel],
    ['N', String(record.n)],
    ['D', String(record.d)],
    ['distance', record.distance],
    ['peak of extra tensor bytes', megabytes(record.oursPeakBytes)],
    [
      'growth of the process',
      record.processGrowthBytes === null ? '-' : megabytes(record.processGrowthBytes),
    ],
    ['plain would hold', megabytes(record.plainEstimateBytes)],
  ];
}

export async function runMemory(options: Options): Promise<void> {
  const backends = options.backend === undefined ? (['cpu', 'wasm'] as const) : [options.backend];
  const cases = backends.flatMap((backend) =>
    (options.sizes ?? [DEFAULT_SIZE]).flatMap((size) =>
      options.distances.map((distance) => ({ backend, size, distance })),
    ),
  );
  const records: MemoryRecord[] = [];
  for (const { backend, size, distance } of cases) {
    if (cases.length > 1) {
      records.push(measureApart(options, backend, size, distance));
    } else {
      records.push(await measureHere(options, backend, size, distance));
    }
    if (options.json) console.log(JSON.stringify(records.at(-1)));
  }
  const [first] = records;
  if (options.json || first === undefined) return;
  console.log(
    `Loss and gradient; ${machineLine(first.machine, options.threads)}\n\n${table(records.map(row))}`,
  );
}
