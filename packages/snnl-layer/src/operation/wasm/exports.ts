/** What every build of the module exports; arguments are byte addresses and block numbers. */
export interface KernelExports {
  totals(raw: number, count: number, features: number, out: number): void;
  pack(job: number, set: number, block: number): void;
  sumPair(job: number, i: number, columns: number, j: number, scratch: number): void;
  mergePair(job: number, i: number, columns: number, j: number, scratch: number): void;
  weighPair(job: number, i: number, columns: number, j: number, scratch: number): void;
  applyPair(job: number, i: number, columns: number, j: number, scratch: number): void;
  unpackGradient(job: number, block: number): void;
  unitRows(x: number, count: number, features: number, out: number): void;
  unitRowsGrad(x: number, dy: number, count: number, features: number, out: number): void;
}

/** Links a compiled module to a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as object as KernelExports;
}
