import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRecord } from '../../../bench/src/record';
import { ROOT } from '../paths';

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
export function benchResults(): BenchRecord[] {
  const files = readdirSync(FOLDER).filter((name) => /^bench-.*\.jsonl$/.test(name));
  return files.sort().flatMap((name) => jsonLines<BenchRecord>(name));
}

export const factorResults = (): FactorResult[] => jsonLines('factors.jsonl');
