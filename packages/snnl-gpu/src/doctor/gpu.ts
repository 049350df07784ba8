import { run } from '../setup/run';
import { type Finding, fail, info, ok } from './finding';

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
