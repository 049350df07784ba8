import type { RunName } from '../settings';

/** Blue and vermilion of Okabe & Ito: distinct under every common colour blindness. */
export const RUN_COLORS: Readonly<Record<RunName, string>> = {
  without: '#d55e00',
  with: '#0072b2',
};
/** Dashes tell the runs apart without colour. */
export const RUN_DASHES: Readonly<Record<RunName, string>> = { without: '5 4', with: '' };
