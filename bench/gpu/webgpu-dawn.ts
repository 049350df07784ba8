/**
 * The webgpu kernels in Node on Dawn: the conformance suite, then plain against fused. README.md in
 * this folder says how to run it.
 */
import * as tf from '@tensorflow/tfjs';
import { assertAgree } from '../src/agreement';
import { makeBatch } from '../src/batch';
import { ours, plain } from '../src/contender';
import { interleaved, sampler } from '../src/measure';
import { parseSizes } from '../src/options';

interface Dawn {
  create(options: string[]): object;
  readonly globals: object;
}

const REPEATS = 5;
const DEFAULT_SIZES = '1024x512,4096x64';
const TOLERANCE = { loss: 1e-5, gradient: 1e-5, reason: 'exp2 and log2 of shaders' };

/** Puts Dawn where tfjs looks for the WebGPU of a browser. */
async function provideWebgpu(): Promise<void> {
  // Not a dependency: its binary is large, and only this script needs it.
  const name = 'webgpu';
  const dawn: Dawn = await import(name);
  Object.assign(globalThis, dawn.globals);
  const navigator = { gpu: dawn.create([]) };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  Object.defineProperty(globalThis, 'window', { value: globalThis, configurable: true });
}

await provideWebgpu();
await import('@tensorflow/tfjs-backend-webgpu');
const { registerWebgpu } = await import('../../packages/snnl-gpu/src/webgpu/register');
const { registeredKernels, runChecks, stepKernels } = await import('@snnl/reference/checks');

if (!(await tf.setBackend('webgpu'))) throw new Error('Expected a Vulkan, Metal or D3D12 device.');
const status = await registerWebgpu();
const adapter: unknown = Reflect.get(tf.backend(), 'adapterInfo');
console.log('adapter', JSON.stringify(adapter), status);
if (!status.fused) process.exit(1);

const { checks, failures } = await runChecks(
  registeredKernels('webgpu', registerWebgpu, stepKernels),
  {
    tolerance: TOLERANCE,
    runs: 10,
  },
);
console.log(`${checks} checks, ${failures.length} failed`);
for (const failure of failures) console.log(failure);

for (const { n, d } of parseSizes(process.argv[2] ?? DEFAULT_SIZES)) {
  const size = `${n}x${d}`;
  const batch = makeBatch(n, d);
  const options = { temperature: 1, distance: 'cosine' } as const;
  const contenders = { plain: plain(batch, options), ours: ours(batch, options) };
  const pass = 'forward+backward';
  assertAgree(await contenders.plain.run(pass), await contenders.ours.run(pass), size);
  const samplers = Object.entries(contenders).map(
    ([name, { run }]) => [name, sampler(() => run(pass))] as const,
  );
  const times = await interleaved(new Map(samplers), REPEATS);
  const ms = (name: string) => times.get(name)?.median ?? Number.NaN;
  const ratio = (ms('plain') / ms('ours')).toFixed(1);
  console.log(
    `${size}: plain ${ms('plain').toFixed(1)} ms, ours ${ms('ours').toFixed(1)} ms, ${ratio} times`,
  );
}
// Dawn keeps the process alive.
process.exit(failures.length === 0 ? 0 : 1);
