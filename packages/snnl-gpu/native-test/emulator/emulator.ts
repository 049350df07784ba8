import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  KernelAdapter,
  KernelGradientInputs,
  KernelInputs,
} from '@snnl/reference/conformance';
import * as tf from '@tensorflow/tfjs-core';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '..', '..');
const native = join(root, 'native');
const buildFolder = join(root, '.cache', 'cuda-emulator');

/** How the CUDA kernels run on the emulator. */
export interface EmulatorOptions {
  readonly path: 'auto' | 'fp32' | 'tensor';
  /**
   * Without it, through the launcher and an emulated driver, as on a device. With it, cut into
   * small pieces, and the threads of each block take their turns in this order.
   */
  readonly order?: 'forward' | 'backward' | 'shuffled';
  /** Of the emulated device, 80 by default: tensor cores. */
  readonly capability?: number;
}

let built = false;

/** Compiles the kernels, their launcher and the emulator with the C++ compiler, once a process. */
export function buildEmulator(): void {
  if (built) return;
  mkdirSync(buildFolder, { recursive: true });
  const compiler = process.env.CXX ?? 'g++';
  const compile = (args: string[], sources: string[]) =>
    execFileSync(compiler, [...flags, ...args, '-x', 'c++', ...sources], { cwd: folder });
  const flags = [
    '-std=c++17',
    '-O2',
    // To multiply and add in one instruction, as nvcc does.
    '-march=native',
    '-ffp-contract=fast',
    '-fPIC',
    '-Wall',
    '-Wextra',
    '-Wno-unknown-pragmas',
    '-Werror',
    `-I${native}`,
  ];
  const inCuda = (...names: string[]) => names.map((name) => join(native, 'cuda', name));
  const library = join(buildFolder, 'libcuda.so.1');
  compile(
    ['-include', 'device.h', '-shared', '-Wl,-soname,libcuda.so.1', '-o', library],
    [...inCuda('kernels.cu', 'plan.cc'), 'emulator.cc', 'fake_driver.cc'],
  );
  compile(
    ['-o', join(buildFolder, 'emulator'), `-Wl,-rpath,${buildFolder}`],
    [...inCuda('launcher.cc', 'driver.cc'), 'fatbin.cc', 'main.cc', '-x', 'none', library, '-ldl'],
  );
  built = true;
}

const GRADIENT = ['anchorSums', 'candidateSums'] as const;
const PATHS = ['auto', 'fp32', 'tensor'];
const ORDERS = ['forward', 'backward', 'shuffled'];

/** The two kernels, each call in a process of its own. */
export function emulatedKernels(options: EmulatorOptions): KernelAdapter {
  return {
    async setup() {
      await tf.setBackend('cpu');
      buildEmulator();
    },
    forward: (inputs, selfOffset, oneBatch = false) =>
      tf.tensor2d(call(options, inputs, { selfOffset, oneBatch }, []), [
        9,
        inputs.anchors.shape[0],
      ]),
    gradient: (inputs, selfOffset, oneBatch = false) =>
      tf.tensor2d(
        call(
          options,
          inputs,
          { selfOffset, oneBatch },
          GRADIENT.map((name) => inputs[name]),
        ),
        inputs.anchors.shape,
      ),
  };
}

function call(
  { path, order, capability = 80 }: EmulatorOptions,
  inputs: KernelInputs | KernelGradientInputs,
  { selfOffset, oneBatch }: { selfOffset: number; oneBatch: boolean },
  sums: readonly tf.Tensor[],
): Float32Array {
  const { anchors, candidates, anchorLabels, candidateLabels, temperature } = inputs;
  const [n, d] = anchors.shape;
  const header = [
    sums.length > 0 ? 1 : 0,
    n,
    candidates.shape[0],
    d,
    selfOffset,
    oneBatch ? 1 : 0,
    anchors === candidates ? 1 : 0,
    PATHS.indexOf(path),
    order === undefined ? -1 : ORDERS.indexOf(order),
  ];
  const values = [anchors, candidates, anchorLabels, candidateLabels, temperature, ...sums];
  const input = Buffer.concat([
    bytesOf(BigInt64Array.from(header, BigInt)),
    ...values.map((tensor) => bytesOf(tensor.dataSync())),
  ]);
  const result = spawnSync(join(buildFolder, 'emulator'), {
    input,
    maxBuffer: 2 ** 30,
    env: { ...process.env, SNNL_EMULATED_CAPABILITY: String(capability) },
  });
  if (result.status !== 0) {
    throw new Error(`The emulator failed (${result.status ?? result.signal}): ${result.stderr}`);
  }
  const bytes = Uint8Array.from(result.stdout);
  return new Float32Array(bytes.buffer);
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
