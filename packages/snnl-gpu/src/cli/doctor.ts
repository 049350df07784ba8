import { resolve } from 'node:path';
import { examine } from '../doctor/examine';
import { lineOf } from '../doctor/finding';
import type { Options } from './options';

/** Prints findings as they come; 1 when something that should work does not. */
export async function doctor({ project, name }: Options): Promise<number> {
  // Or TensorFlow's hints on its own build come between the findings.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  let failed = false;
  for await (const finding of examine({ project: resolve(project), name })) {
    console.log(lineOf(finding));
    failed ||= finding.state === 'FAIL';
  }
  return failed ? 1 : 0;
}
