import type { RunName } from '../settings';

/** Blue and vermilion of Okabe & Ito: distinct under every common colour blindness. */
export const RUN_COLORS: Readonly<Record<RunName, string>> = {
  without: '#d55e00',
  with: '#0072b2',
};
/** Dashes tell the runs apart without colour. */
export const RUN_DASHES: Readonly<Record<RunName, string>> = { without: '5 4', with: '' };

/** Ten classes: the scheme "muted" of Paul Tol, made for colour blindness, and a dark grey. */
export const CLASS_COLORS = [
  '#332288',
  '#88ccee',
  '#44aa99',
  '#117733',
  '#999933',
  '#ddcc77',
  '#cc6677',
  '#882255',
  '#aa4499',
  '#555555',
] as const;

export const classColor = (label: number): string =>
  CLASS_COLORS[label % CLASS_COLORS.length] ?? '#000000';
