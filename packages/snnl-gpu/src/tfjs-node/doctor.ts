import { createRequire } from 'node:module';
import { join } from 'node:path';
import { errorMessage } from '../errors';
import { checkGpu, checkNode, type Finding, fail, info, ok } from './findings';
import { findTfjsNode, type PackageName, whyBroken } from './package';

export interface Patient {
  readonly project: string;
  readonly name: PackageName;
}

/** The package of tfjs-node and whether it computes. */
async function* checkTfjsNode({ project, name }: Patient): AsyncGenerator<Finding> {
  const setup = `npx snnl-gpu setup-tfjs-node${name.endsWith('-gpu') ? ' --gpu' : ''}`;
  const found = findTfjsNode(project, name);
  if (found === undefined) return yield fail(name, `not installed in ${project}. Run: ${setup}`);
  yield ok(name, `${found.version} in ${found.folder}`);
  const problem = await whyBroken(found);
  if (problem !== undefined) yield fail('binding', `${problem}. Run: ${setup}`);
}

/** Backend, libtensorflow, kernels and what they compute; tfjs-node is known to work. */
async function* checkKernels({ project, name }: Patient): AsyncGenerator<Finding> {
  createRequire(join(project, 'package.json'))(name);
  const tf = await import('@tensorflow/tfjs-core');
  const backend = tf.findBackend('tensorflow');
  if (backend == null) {
    return yield fail(
      'backend',
      `${name} was loaded, but registered no backend. Look for its own messages above, and for two versions of tfjs (npm ls @tensorflow/tfjs-core)`,
    );
  }
  await tf.setBackend('tensorflow');
  const onGpu = 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true;
  yield ok('backend', `tensorflow, on the ${onGpu ? 'GPU' : 'CPU'}`);
  const { registerTensorflow } = await import('../node/register');
  const { fused, reason } = await registerTensorflow();
  if (!fused) return yield fail('kernels', `${reason}. Until then the composed form runs`);
  yield ok('kernels', reason);
  const { checkKnownCases, measureSpeed } = await import('./known-cases');
  yield checkKnownCases();
  yield measureSpeed();
}

/** Findings in the order in which they are made; a failure that hides the rest is the last. */
export async function* examine(patient: Patient): AsyncGenerator<Finding> {
  const node = checkNode();
  yield node;
  yield await checkGpu(patient.name.endsWith('-gpu'));
  let works = node.state !== 'FAIL';
  for await (const finding of checkTfjsNode(patient)) {
    yield finding;
    works &&= finding.state !== 'FAIL';
  }
  if (!works) return yield info('kernels', 'not examined until the above is mended');
  try {
    yield* checkKernels(patient);
  } catch (error) {
    yield fail('kernels', errorMessage(error));
  }
}
