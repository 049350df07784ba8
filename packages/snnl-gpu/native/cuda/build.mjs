/**
 * Compiles kernels.cu for every architecture that nvcc offers, reads how many registers each kernel
 * uses, and writes the code as C++ for the addon: `fatbin.generated.cc` beside this file.
 *
 * `node build.mjs` builds; without nvcc it writes an empty fat binary, and the addon says so.
 * `node build.mjs --check` writes nothing. Both fail if a kernel has no report, or if a hot kernel
 * spills registers; the check also without nvcc.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingReports, parseReport, spills, table } from './report.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const nvcc = process.env.NVCC ?? 'nvcc';
/** 75 has no tensor cores that the kernels use. PTX of 80 serves devices that are not listed. */
const WANTED = ['75', '80', '86', '89', '90', '100', '120'];
const PTX = '80';

function run(args) {
  const result = spawnSync(nvcc, args, { cwd: folder, encoding: 'utf8' });
  if (result.error) return { status: -1, output: String(result.error) };
  return { status: result.status, output: `${result.stdout}${result.stderr}` };
}

/** 1000 major + 10 minor, or 0 where there is no nvcc. */
function toolkitVersion() {
  const match = /release (\d+)\.(\d+)/.exec(run(['--version']).output);
  return match ? 1000 * Number(match[1]) + 10 * Number(match[2]) : 0;
}

function architectures(wanted) {
  const offered = run(['--list-gpu-code']).output.split(/\s+/);
  return wanted.filter((architecture) => offered.includes(`sm_${architecture}`));
}

function compile(architectures, output) {
  if (architectures.length === 0)
    throw new Error(`nvcc offers none of the architectures ${WANTED}.`);
  const targets = architectures.map((a) => `-gencode=arch=compute_${a},code=sm_${a}`);
  const ptx = `-gencode=arch=compute_${PTX},code=compute_${PTX}`;
  const flags = [
    '-std=c++17',
    '-O3',
    '--fatbin',
    '-Xfatbin',
    '-compress-all',
    '--threads',
    '2',
    '-Xptxas',
    '-v',
    '-Werror',
    'all-warnings',
  ];
  const { status, output: text } = run([...flags, ...targets, ptx, 'kernels.cu', '-o', output]);
  if (status !== 0) throw new Error(`nvcc failed:\n${text}`);
  return parseReport(text);
}

/** C++ that defines what fatbin.h declares. An array of size 0 is not C++. */
function sourceOf(bytes, version) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 32)
    lines.push([...bytes.subarray(at, at + 32)].join(','));
  return `#include "fatbin.h"
namespace snnl::cuda {
alignas(16) const unsigned char kFatbin[] = {${lines.join(',\n') || '0'}};
const size_t kFatbinBytes = ${bytes.length};
const int kToolkitVersion = ${version};
}
`;
}

const check = process.argv.includes('--check');
const version = toolkitVersion();
const scratch = mkdtempSync(join(tmpdir(), 'snnl-cuda-'));
try {
  let bytes = Buffer.alloc(0);
  if (version > 0) {
    const targets = architectures(WANTED);
    const output = join(scratch, 'kernels.fatbin');
    const report = compile(targets, output);
    console.log(table(report));
    const faults = [...missingReports(report, targets), ...spills(report)];
    for (const fault of faults) console.error(fault);
    if (faults.length > 0) process.exitCode = 1;
    bytes = readFileSync(output);
    console.log(`${bytes.length} bytes for ${targets} and PTX of ${PTX}`);
  } else {
    const message = 'nvcc was not found: set NVCC or PATH.';
    if (check) throw new Error(message);
    console.log(`${message} The addon is built without CUDA kernels.`);
  }
  if (!check) writeFileSync(join(folder, 'fatbin.generated.cc'), sourceOf(bytes, version));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
