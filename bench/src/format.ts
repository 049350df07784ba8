import { markdownTable } from 'markdown-table';
import type { Machine } from './machine';
import type { BenchRecord } from './record';

/** Three significant digits; `-` where there is no number. */
export function digits(value: number | null): string {
  if (value === null) return '-';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

export const times = (ratio: number | null): string => (ratio === null ? '-' : `${digits(ratio)}x`);

export const megabytes = (bytes: number): string => `${digits(bytes / 1e6)} MB`;

/** The machine, the threads that the CPU's contenders may use, and the versions. */
export function machineLine(machine: Machine, threads: number): string {
  const { cpu, vectors, cores, node, tfjs, browser, torch, jax } = machine;
  const hardware = [cpu, vectors, `${cores} cores`, `${threads} threads`];
  const versions = [
    browser ?? `Node ${node}`,
    `tfjs ${tfjs}`,
    torch && `PyTorch ${torch}`,
    jax && `JAX ${jax}`,
  ];
  return [hardware, versions].map((part) => part.filter(Boolean).join(', ')).join('; ');
}

/** A warning where other programs may have disturbed the times, else nothing. */
export function loadWarning({ load, cores }: Machine): string[] {
  if (load <= cores / 2) return [];
  return [
    `The machine was busy when this started (load ${digits(load)} on ${cores} cores): ` +
      'run it again when it is idle.',
  ];
}

/** A Markdown table, columns of numbers to the right. */
export function table(
  rows: readonly (readonly (readonly [name: string, cell: string])[])[],
): string {
  const header = rows[0]?.map(([name]) => name) ?? [];
  const align = rows[0]?.map(([, cell]) => (/^[-\d]/.test(cell) ? 'r' : 'l')) ?? [];
  return markdownTable([header, ...rows.map((row) => row.map(([, cell]) => cell))], { align });
}

function row(record: BenchRecord): [string, string][] {
  const peer = (name: string, ms: number | null): [string, string][] =>
    ms === null
      ? []
      : [
          [`${name} ms`, digits(ms)],
          [`${name} / ours`, times(ms / record.oursMs)],
        ];
  return [
    ['N', String(record.n)],
    ['D', String(record.d)],
    ['distance', record.distance],
    ['pass', record.pass],
    ['plain ms', digits(record.plainMs)],
    ['ours ms', digits(record.oursMs)],
    ['plain / ours', times(record.ratio)],
    ...peer('PyTorch', record.torchMs),
    ...peer('torch.compile', record.torchCompileMs),
    ...peer('JAX', record.jaxMs),
    ['ours GFLOP/s', digits(record.oursGflops)],
    ['ours peak', megabytes(record.oursPeakBytes)],
  ];
}

/** All measurements of one run, as Markdown. */
export function report(records: readonly BenchRecord[]): string {
  const [first] = records;
  if (first === undefined) return 'Nothing was measured.';
  const skipped = [...new Set(records.map((r) => r.plainSkipped).filter((why) => why !== null))];
  const lines = [
    `Backend ${first.backend}, ${first.kernel} kernel; ${machineLine(first.machine, first.threads)}`,
    `Medians of ${first.repeats} interleaved runs.`,
    ...loadWarning(first.machine),
    '',
    table(records.map(row)),
    ...skipped.map((why) => `\n- ${why}`),
  ];
  return lines.join('\n');
}
