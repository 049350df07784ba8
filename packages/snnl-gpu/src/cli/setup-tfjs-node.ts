import { resolve } from 'node:path';
import { checkNode } from '../doctor/node-version';
import { setupTfjsNode } from '../setup/tfjs-node';
import type { Options } from './options';

export async function setup({
  project,
  name,
  from,
  wheel,
  cache,
  force,
}: Options): Promise<number> {
  const { version, folder } = await setupTfjsNode({
    ...{ name, from, wheel, force },
    project: resolve(project),
    cache: resolve(cache),
    say: (text) => console.log(`snnl-gpu: ${text}`),
  });
  console.log(`${name} ${version} works (${folder})`);
  const { state, words } = checkNode();
  if (state === 'FAIL')
    console.log(`snnl-gpu: on this Node it needs one thing more. Node ${words}`);
  return 0;
}
