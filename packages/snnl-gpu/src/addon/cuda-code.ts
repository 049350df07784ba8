import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors';
import { run } from '../programs/run';

const GENERATED = 'fatbin.generated.cc';

/** As build.mjs writes it where it finds no nvcc: there may be one now. */
const EMPTY = 'kFatbinBytes = 0;';

/** Whether there is code for graphics cards to link in. */
export function hasCudaCode(native: string): boolean {
  const generated = join(native, 'cuda', GENERATED);
  return existsSync(generated) && !readFileSync(generated, 'utf8').includes(EMPTY);
}

function isFresh(native: string): boolean {
  if (!hasCudaCode(native)) return false;
  const folder = join(native, 'cuda');
  const generated = join(folder, GENERATED);
  const sources = readdirSync(folder).filter((file) => /\.(cu|h|mjs)$/.test(file));
  const newest = Math.max(...sources.map((file) => statSync(join(folder, file)).mtimeMs));
  return statSync(generated).mtimeMs > newest;
}

/**
 * Has the code of the CUDA kernels, compiled by nvcc where it is, else empty.
 *
 * @param skip Leaves nvcc out; code that is there is used.
 */
export async function ensureCudaCode(native: string, skip: boolean): Promise<void> {
  const folder = join(native, 'cuda');
  if (skip ? existsSync(join(folder, GENERATED)) : isFresh(native)) return;
  const env = skip ? { NVCC: 'none' } : {};
  const { code, output } = await run(process.execPath, [join(folder, 'build.mjs')], { env });
  if (code !== 0) throw new UserError(`The CUDA kernels do not compile:\n${output}`);
}
