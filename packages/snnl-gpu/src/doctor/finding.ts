/** One line of the doctor's report. */
export interface Finding {
  /** `info` is neither good nor bad. */
  readonly state: 'ok' | 'info' | 'FAIL';
  readonly about: string;
  readonly words: string;
}

export const ok = (about: string, words: string): Finding => ({ state: 'ok', about, words });
export const info = (about: string, words: string): Finding => ({ state: 'info', about, words });
export const fail = (about: string, words: string): Finding => ({ state: 'FAIL', about, words });

export const lineOf = ({ state, about, words }: Finding): string =>
  `${state.padEnd(4)}  ${about}: ${words}`;
