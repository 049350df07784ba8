import { at } from './at.js';
import type { NeighborProblem } from './types.js';

/** The id of a sample without a label, int32's least: it is neither anchor nor candidate. */
export const MISSING_LABEL = -(2 ** 31);

export const isLabelled = (label: number): boolean => label !== MISSING_LABEL;

/** Whether candidate `j` counts for anchor `i`: both have a label, and are not one sample. */
export function isPair(problem: NeighborProblem, i: number, j: number): boolean {
  const { anchorLabels, candidateLabels, selfOffset } = problem;
  if (selfOffset >= 0 && j === selfOffset + i) return false;
  return isLabelled(at(anchorLabels, i)) && isLabelled(at(candidateLabels, j));
}
