import util from 'node:util';
import { type Finding, fail, ok } from './finding';

const REMEDY =
  'Start programs with: node --import snnl-gpu/node-shim app.mjs (or set NODE_OPTIONS to ' +
  '"--import snnl-gpu/node-shim", also for this doctor), or use Node 20 or 22';

/** Node 23 dropped a function that tfjs-node 4.22 calls when it makes tensors and reads models. */
export function checkNode(
  version = process.versions.node,
  works = 'isNullOrUndefined' in util,
): Finding {
  if (works) return ok('Node', version);
  return fail(
    'Node',
    `${version} lacks util.isNullOrUndefined, which tfjs-node 4.22 calls. ${REMEDY}`,
  );
}
