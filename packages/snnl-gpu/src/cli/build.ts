import { packageRoot } from '../node/package-root';
import { buildNative } from '../setup/native-build';
import type { Options } from './options';

export async function build({ cuda }: Options): Promise<number> {
  console.log(`Built ${await buildNative(packageRoot(), { cuda })}`);
  return 0;
}
