// Without skipLibCheck the declarations of tfjs 4.22 have errors of their own; ours must have none.
import { spawnSync } from 'node:child_process';

const args = [
  'node_modules/typescript/bin/tsc',
  '-p',
  'tsconfig.libraries.json',
  '--pretty',
  'false',
];
const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
const errors = stdout.split('\n').filter((line) => /: error TS\d+/.test(line));
const foreign = errors.filter((line) => /^node_modules\/(?!snnl-)/.test(line));
const ours = errors.filter((line) => !foreign.includes(line));
const packages = foreign.map((line) => line.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]);
console.log(
  `note: ${foreign.length} errors of others${foreign.length ? ` (${[...new Set(packages)].join(', ')})` : ''}`,
);
if (ours.length > 0) throw new Error(ours.join('\n'));
