import { at } from './at.js';
import { isLabelled } from './pairs.js';
import type { NeighborProblem } from './types.js';

function isTemperature(temperature: number): boolean {
  return Number.isFinite(temperature) && temperature > 0;
}

export function isFiniteRow(row: readonly number[]): boolean {
  return row.every(Number.isFinite);
}

/** Whether the contract makes the result of every anchor NaN: a bad temperature or candidate. */
export function spoilsEveryAnchor(problem: NeighborProblem): boolean {
  const { candidates, candidateLabels, temperature } = problem;
  const isGood = (row: readonly number[], j: number) =>
    isFiniteRow(row) || !isLabelled(at(candidateLabels, j));
  return !isTemperature(temperature) || !candidates.every(isGood);
}
