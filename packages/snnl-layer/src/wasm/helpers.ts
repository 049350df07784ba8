import type { HelperData } from './helper';
import { helperSource } from './modules.generated';

/**
 * Starts a helper thread and returns what ends it. The thread never keeps the process alive, and
 * joins in when it is up: until then the caller does its work.
 */
export function startHelper(data: HelperData): () => void {
  const threads = nodeThreads();
  if (threads) {
    const worker = new threads.Worker(helperSource, { eval: true, workerData: data, execArgv: [] });
    worker.unref();
    return () => void worker.terminate();
  }
  const url = URL.createObjectURL(new Blob([helperSource], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.postMessage(data);
  return () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
}

/** Threads worth having: one a core. */
export function coreCount(): number {
  const os = builtin<typeof import('node:os')>('node:os');
  if (os) return os.availableParallelism();
  return typeof navigator === 'object' ? navigator.hardwareConcurrency || 1 : 1;
}

/** Whether helper threads can be started here: not in Node before 20.16. */
export function canHelp(): boolean {
  return nodeThreads() !== undefined || (!inNode() && typeof Worker === 'function');
}

function inNode(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string';
}

function nodeThreads(): typeof import('node:worker_threads') | undefined {
  return builtin<typeof import('node:worker_threads')>('node:worker_threads');
}

/** A module of Node, without an import that bundlers for browsers would stumble over. */
function builtin<Module>(name: string): Module | undefined {
  if (!inNode() || typeof process.getBuiltinModule !== 'function') return undefined;
  return process.getBuiltinModule(name) as Module;
}
