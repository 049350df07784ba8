import { packageRoot } from '../node/package-root';
import { buildNative } from '../setup/native-build';

export async function build(): Promise<number> {
  console.log(`Built ${await buildNative(packageRoot())}`);
  return 0;
}
