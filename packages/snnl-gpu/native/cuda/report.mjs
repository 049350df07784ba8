/** Reads what `nvcc -Xptxas -v` says of each kernel. */
import { readFileSync } from 'node:fs';

/** The names in the list of kernels.h. */
const KERNELS = Array.from(
  readFileSync(new URL('kernels.h', import.meta.url), 'utf8').matchAll(/^ {2}X\((\w+),/gm),
  ([, name]) => name,
);
if (KERNELS.length === 0) throw new Error('Expected kernels.h to list kernels; found none.');
const needsTensorCores = (kernel) => kernel.endsWith('_tensor');
/** Kernels over all pairs: they must keep everything in registers. */
const isHot = (kernel) => needsTensorCores(kernel) || kernel.endsWith('_fp32');

/** `[{ kernel, architecture, registers, stackBytes, spillBytes }]`, kernels without `snnl_`. */
export function parseReport(text) {
  const report = [];
  let current;
  for (const line of text.split('\n')) {
    const entry = /Compiling entry function 'snnl_(\w+)' for 'sm_(\w+)'/.exec(line);
    if (entry) current = { kernel: entry[1], architecture: entry[2] };
    const stack = /(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads/.exec(
      line,
    );
    if (stack && current) {
      current.stackBytes = Number(stack[1]);
      current.spillBytes = Number(stack[2]) + Number(stack[3]);
    }
    const used = /Used (\d+) registers/.exec(line);
    if (used && current) {
      report.push({ ...current, registers: Number(used[1]) });
      current = undefined;
    }
  }
  return report;
}

/** One line for each kernel that should be in the report and is not. */
export function missingReports(report, architectures) {
  const has = (kernel, architecture) =>
    report.some(
      (row) =>
        row.kernel === kernel && row.architecture === architecture && row.spillBytes !== undefined,
    );
  return architectures.flatMap((architecture) =>
    KERNELS.filter((kernel) => Number(architecture) >= 80 || !needsTensorCores(kernel))
      .filter((kernel) => !has(kernel, architecture))
      .map((kernel) => `No report of ptxas for ${kernel} on sm_${architecture}.`),
  );
}

/** One line for each hot kernel that spills, or keeps an array in local memory. */
export function spills(report) {
  return report
    .filter(({ kernel }) => isHot(kernel))
    .filter(({ spillBytes, stackBytes }) => spillBytes > 0 || stackBytes > 0)
    .map(
      ({ kernel, architecture, spillBytes, stackBytes }) =>
        `${kernel} on sm_${architecture} spills ${spillBytes} bytes, with a stack frame of ${stackBytes}.`,
    );
}

/** Kernels down, architectures across: registers, and spilled bytes where there are any. */
export function table(report) {
  const architectures = [...new Set(report.map(({ architecture }) => architecture))];
  const kernels = [...new Set(report.map(({ kernel }) => kernel))].sort();
  const cell = (kernel, architecture) => {
    const row = report.find((r) => r.kernel === kernel && r.architecture === architecture);
    if (!row) return '-';
    return row.spillBytes ? `${row.registers} (${row.spillBytes} B spilled)` : `${row.registers}`;
  };
  const lines = kernels.map((kernel) => [kernel, ...architectures.map((a) => cell(kernel, a))]);
  return [['registers a thread', ...architectures.map((a) => `sm_${a}`)], ...lines]
    .map(([name, ...cells]) => `${name.padEnd(32)}${cells.map((c) => c.padStart(8)).join('')}`)
    .join('\n');
}
