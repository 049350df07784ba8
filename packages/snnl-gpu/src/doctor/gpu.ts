import { run } from '../setup/run';
import { type Finding, fail, info, ok } from './finding';

const QUERY = ['--query-gpu=name,driver_version,compute_cap', '--format=csv,noheader'];

/** The NVIDIA devices and their driver. */
export async function checkGpu(wanted: boolean): Promise<Finding> {
  const { code, output } = await run('nvidia-smi', QUERY);
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
  const words = 'none: nvidia-smi, which comes with the NVIDIA driver, lists none';
  return wanted
    ? fail('GPU', `${words}. Use tfjs-node, or install the driver`)
    : info('GPU', words);
}
