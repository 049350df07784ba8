import * as tf from '@tensorflow/tfjs';

/** What a run asks of a backend. */
export interface Work {
  /** Kernel calls by name; what a kernel calls inside is not seen. */
  readonly kernels: Readonly<Record<string, number>>;
  /** Draws on webgl, dispatches on webgpu; null on other backends. */
  readonly launches: number | null;
  /** Times that results came back from there; null on other backends. */
  readonly readBacks: number | null;
}

type Method = readonly [owner: object, name: string];

/** The methods that a backend calls for each launch and for each read-back. */
function gpuMethods(backend: string): { launches: Method[]; readBacks: Method[] } | null {
  if (backend === 'webgl') {
    const gl = WebGL2RenderingContext.prototype;
    return {
      launches: [
        [gl, 'drawElements'],
        [gl, 'drawArrays'],
      ],
      readBacks: [[gl, 'readPixels']],
    };
  }
  if (backend === 'webgpu') {
    return {
      launches: [[GPUComputePassEncoder.prototype, 'dispatchWorkgroups']],
      readBacks: [
        [GPUBuffer.prototype, 'mapAsync'],
        // Of a synchronous read.
        [OffscreenCanvasRenderingContext2D.prototype, 'getImageData'],
      ],
    };
  }
  return null;
}

/** Tells `seen` of each call of a method; returns what ends that. */
function watch([owner, name]: Method, seen: (args: readonly unknown[]) => void): () => void {
  const method: unknown = Reflect.get(owner, name);
  if (typeof method !== 'function') throw new Error(`Expected a method ${name} to watch.`);
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const value = function (this: unknown, ...args: unknown[]): unknown {
    seen(args);
    return Reflect.apply(method, this, args);
  };
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => {
    if (own === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, own);
  };
}

/** Counts what `run` asks of the current backend. Not `tf.profile`: that reads every result. */
export async function countWork(run: () => Promise<unknown>): Promise<Work> {
  const kernels: Record<string, number> = {};
  const gpu = gpuMethods(tf.getBackend());
  const counts = { launches: 0, readBacks: 0 };
  const ends = [
    watch([tf.engine(), 'runKernel'], ([name]) => {
      kernels[String(name)] = (kernels[String(name)] ?? 0) + 1;
    }),
  ];
  for (const kind of ['launches', 'readBacks'] as const) {
    for (const method of gpu?.[kind] ?? []) {
      ends.push(
        watch(method, () => {
          counts[kind] += 1;
        }),
      );
    }
  }
  try {
    await run();
  } finally {
    for (const end of ends) end();
  }
  return { kernels, ...(gpu === null ? { launches: null, readBacks: null } : counts) };
}

/** What `a` asks for beyond `b`; less than it is negative. */
export function beyond(a: Work, b: Work): Work {
  const difference = (x: number | null, y: number | null) => (x === null ? null : x - (y ?? 0));
  const names = [...new Set([...Object.keys(a.kernels), ...Object.keys(b.kernels)])].sort();
  const kernels = names
    .map((name) => [name, (a.kernels[name] ?? 0) - (b.kernels[name] ?? 0)] as const)
    .filter(([, count]) => count !== 0);
  return {
    kernels: Object.fromEntries(kernels),
    launches: difference(a.launches, b.launches),
    readBacks: difference(a.readBacks, b.readBacks),
  };
}

/** All kernel calls. */
export const kernelCalls = ({ kernels }: Work): number =>
  Object.values(kernels).reduce((sum, count) => sum + count, 0);
