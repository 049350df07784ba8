import util from 'node:util';
import { run } from '../programs/run';

/** One line of the doctor's report. */
export interface Finding {
  /** `info` is neither good nor bad. */
  readonly state: 'ok' | 'info' | 'FAIL';
  readonly about: string;
  readonly words: string;
}

export const ok = (about: string, words: string): Finding => ({ state: 'ok', about, words });
export const info = (about: string, words: string): Finding => ({ state: 'info', about, words });
export const fail = (about: string, words: string): Finding => ({ state: 'FAIL', about, words });

export const lineOf = ({ state, about, words }: Finding): string =>
  `${state.padEnd(4)}  ${about}: ${words}`;

const NODE_REMEDY =
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
    `${version} lacks util.isNullOrUndefined, which tfjs-node 4.22 calls. ${NODE_REMEDY}`,
  );
}

/** In ms: a driver that hangs, hangs nvidia-smi as well. */
const LONGEST = 30_000;

const QUERY = ['--query-gpu=name,driver_version,compute_cap', '--format=csv,noheader'];

/** The NVIDIA devices and their driver. */
export async function checkGpu(wanted: boolean): Promise<Finding> {
  const { code, output } = await run('nvidia-smi', QUERY, { timeout: LONGEST });
  const devices = output.trim().split('\n');
  if (code === 0 && output.trim() !== '') {
    return ok(
      'GPU',
      devices
        .map((line) =>
          line.replace(/, /g, ', driver ').replace(/, driver (\S+)$/, ', compute capability $1'),
        )
        .join('; '),
    );
  }
  const isAbsent = code === 127 || output.trim() === '';
  const words = isAbsent
    ? 'none: nvidia-smi, which comes with the NVIDIA driver, lists none'
    : `nvidia-smi fails: ${output.trim().split('\n').join(' ')}`;
  if (!wanted) return info('GPU', words);
  const remedy = isAbsent ? 'install the driver' : 'mend the driver';
  return fail('GPU', `${words}. Use tfjs-node, or ${remedy}`);
}
