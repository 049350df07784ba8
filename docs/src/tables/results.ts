import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths';

/** The fields of a line of `npm run bench -- --json` that the tables show: bench/src/record.ts. */
export interface BenchResult {
  readonly backend: string;
  readonly n: number;
  readonly d: number;
  readonly pass: string;
  readonly distance: string;
  readonly plainMs: number | null;
  readonly oursMs: number;
  readonly torchMs: number | null;
  readonly ratio: number | null;
  readonly oursPeakBytes: number;
  readonly kernel: 'fused' | 'composed';
  readonly threads: number;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly load: number;
    readonly node: string;
    readonly tfjs: string;
    readonly browser: string | null;
    readonly torch: string | null;
  };
}

/** A line of docs/results/factors.jsonl. */
export interface FactorResult {
  readonly factor: number;
  readonly temperature: number;
  readonly accuracy: number;
  /** Of both layers. */
  readonly ratios: readonly number[];
}

const FOLDER = join(ROOT, 'docs', 'results');

function jsonLines<T>(name: string): T[] {
  const lines = readFileSync(join(FOLDER, name), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

/** All measurements in files named bench-*.jsonl, in the order of their names. */
export function benchResults(): BenchResult[] {
  const files = readdirSync(FOLDER).filter((name) => /^bench-.*\.jsonl$/.test(name));
  return files.sort().flatMap((name) => jsonLines<BenchResult>(name));
}

export const factorResults = (): FactorResult[] => jsonLines('factors.jsonl');
