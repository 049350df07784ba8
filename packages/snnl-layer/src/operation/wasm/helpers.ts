import type { HelperData } from './helper';
import { helperSource } from './modules.generated';
import { processState } from './process-state';

/**
 * Starts a helper thread and returns what ends it. The thread never keeps the process alive, and
 * joins in when it is up: until then, or if it never is, the other threads do its work.
 */
export function startHelper(data: HelperData): () => void {
  try {
    const threads = nodeThreads();
    return threads ? startInNode(threads, data) : startInBrowser(data);
  } catch (error) {
    startFailed(error instanceof Error ? error.message : String(error));
    return () => {};
  }
}

function startInNode({ Worker }: NodeThreads, workerData: HelperData): () => void {
  const worker = new Worker(helperSource, { eval: true, workerData, execArgv: [] });
  worker.unref();
  worker.on('error', (error) => startFailed(error.message));
  return () => void worker.terminate();
}

function startInBrowser(data: HelperData): () => void {
  const url = URL.createObjectURL(new Blob([helperSource], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onerror = (event) => startFailed(event.message);
  worker.postMessage(data);
  return () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
}

const startFailed = (reason: string) => goAlone(`no other starts: ${reason}`);

/** Uses no helper any more, and says so once: the caller's thread does everything. */
export function goAlone(reason: string): void {
  const state = processState();
  if (!state.alone) {
    console.warn(`snnl-layer: the fused CPU kernels run on one thread from now on: ${reason}`);
  }
  state.alone = true;
}

/** Threads worth having: one a core. */
export function coreCount(): number {
  const os = builtin<typeof import('node:os')>('node:os');
  if (os) return os.availableParallelism();
  return typeof navigator === 'object' ? navigator.hardwareConcurrency || 1 : 1;
}

/** Whether helper threads can be started here: not in Node before 20.16. */
export function canHelp(): boolean {
  if (processState().alone) return false;
  return nodeThreads() !== undefined || (!inNode() && typeof Worker === 'function');
}

function inNode(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string';
}

type NodeThreads = typeof import('node:worker_threads');

function nodeThreads(): NodeThreads | undefined {
  return builtin<NodeThreads>('node:worker_threads');
}

/** A module of Node, without an import that bundlers for browsers would stumble over. */
function builtin<Module>(name: string): Module | undefined {
  if (!inNode() || typeof process.getBuiltinModule !== 'function') return undefined;
  return process.getBuiltinModule(name) as Module;
}
