import type { NeighborProblem } from './types.js';

function isTemperature(temperature: number): boolean {
  return Number.isFinite(temperature) && temperature > 0;
}

export function isFiniteRow(row: readonly number[]): boolean {
  return row.every(Number.isFinite);
}

/** Whether the contract makes the result of every anchor NaN: a bad temperature or candidate. */
export function spoilsEveryAnchor({ candidates, temperature }: NeighborProblem): boolean {
  return !isTemperature(temperature) || !candidates.every(isFiniteRow);
}
