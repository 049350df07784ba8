// Program of a helper thread. scripts/build-wasm.mjs bundles it into a string, so that no bundler
// needs to know of a second file.
import { type HelperData, help } from './helper';

const node = typeof process === 'object' && process.getBuiltinModule('node:worker_threads');

if (node) {
  help(node.workerData as HelperData);
} else {
  self.onmessage = ({ data }: MessageEvent<HelperData>) => help(data);
}
