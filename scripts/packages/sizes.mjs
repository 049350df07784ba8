/** Sizes of what users download, against the budgets of .size-limit.mjs. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../pnpm.mjs';

/** Bytes; a tarball beyond it is a mistake, such as a data set or a binary in `files`. */
const PACKED_BUDGET = {
  'snnl-layer': 520_000,
  'snnl-callbacks': 190_000,
  'snnl-gpu': 305_000,
  'snnl-parallel': 75_000,
};

/** What the native binary adds, where there is one: most of snnl-gpu's are CUDA kernels for 7 devices. */
const BINARY_BUDGET = { 'snnl-gpu': 1_250_000, 'snnl-parallel': 105_000 };

function packedBudget({ name, folder }) {
  const binary = existsSync(join(folder, 'prebuilds')) ? BINARY_BUDGET[name] : 0;
  return PACKED_BUDGET[name] + binary;
}

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** Prints a table and returns what is too large. */
export function checkSizes(packed) {
  const bin = join(root, 'node_modules', 'size-limit', 'bin.js');
  const { stdout, stderr } = spawnSync(process.execPath, [bin, '--json'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (!stdout.startsWith('[')) throw new Error(`size-limit failed:\n${stdout}${stderr}`);
  const rows = [
    ...packed.map((pkg) => ({
      what: `${pkg.name}, packed`,
      size: pkg.bytes.length,
      budget: packedBudget(pkg),
    })),
    ...JSON.parse(stdout).map(({ name, size, sizeLimit }) => ({
      what: `${name}, min+gzip`,
      size,
      budget: sizeLimit,
    })),
  ];
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, size, budget } of rows) {
    console.log(`${what.padEnd(width)} ${kB(size).padStart(9)} of ${kB(budget)}`);
  }
  return rows
    .filter(({ size, budget }) => !(size <= budget))
    .map(({ what, size, budget }) => `${what}: ${kB(size)} is more than ${kB(budget)}`);
}
