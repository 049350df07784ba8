import type { Measures, RunRecord } from '../results';
import { MEASURING_TEMPERATURE, NEIGHBORS, RUNS, type RunName } from '../settings';

/** One measure of both runs, for a table. */
export interface ComparisonRow {
  readonly title: string;
  /** Which direction is better. */
  readonly better: 'higher' | 'lower';
  /** Null where the run has no result. */
  readonly values: Readonly<Record<RunName, number | null>>;
  readonly digits: number;
}

type Measure = Omit<ComparisonRow, 'values'> & { readonly of: (measures: Measures) => number };

function measures(layers: readonly string[]): Measure[] {
  return [
    {
      title: `${NEIGHBORS}-nearest-neighbour accuracy`,
      better: 'higher',
      digits: 3,
      of: (m) => m.neighborAccuracy,
    },
    {
      title: 'k-means clustering accuracy',
      better: 'higher',
      digits: 3,
      of: (m) => m.clusteringAccuracy,
    },
    {
      title: 'k-means NMI',
      better: 'higher',
      digits: 3,
      of: (m) => m.mutualInformation,
    },
    ...layers.map(
      (layer): Measure => ({
        title: `entanglement of ${layer}, relative to chance`,
        better: 'lower',
        digits: 3,
        of: (m) => m.entanglement[layer] ?? Number.NaN,
      }),
    ),
    {
      title: 'reconstruction loss, nats a pixel',
      better: 'lower',
      digits: 4,
      of: (m) => m.reconstruction,
    },
  ];
}

/** Both runs side by side; empty where no run has ended. */
export function comparison(records: Readonly<Record<RunName, RunRecord>>): ComparisonRow[] {
  const results = RUNS.map((run) => records[run].result?.measures);
  const known = results.find((result) => result !== undefined);
  if (known === undefined) return [];
  const [without, withLoss] = results;
  const value = (of: Measure['of'], from: Measures | undefined): number | null =>
    from === undefined ? null : of(from);
  return measures(Object.keys(known.entanglement)).map(({ of, ...row }) => ({
    ...row,
    values: { without: value(of, without), with: value(of, withLoss) },
  }));
}

/** A value of the table as text. */
export const formatted = (value: number | null, digits: number): string =>
  value === null ? 'not measured' : value.toFixed(digits);

/** What codes that keep classes apart are paid with, as a sentence; none where nothing was paid. */
export function price(records: Readonly<Record<RunName, RunRecord>>): string[] {
  const [without, withLoss] = RUNS.map((run) => records[run].result?.measures.reconstruction);
  if (without === undefined || withLoss === undefined || withLoss <= without) return [];
  return [
    'Codes that keep classes apart keep less of the image: reconstruction is the price, here ' +
      `${(withLoss - without).toFixed(4)} nats a pixel. A smaller --factor moves the balance.`,
  ];
}

/** How the numbers of the table were taken; `probed` says on what images the entanglement. */
export const comparisonNotes = (probed: string): string[] => [
  `Nearest neighbours: each test code takes the majority label of the ${NEIGHBORS} nearest training codes.`,
  'k-means sees the test codes without labels; each cluster then stands for one class, in the best one-to-one match.',
  'Normalised mutual information (NMI): 0 is unrelated, 1 the same grouping.',
  `Entanglement: the soft nearest neighbour loss (cosine distance, temperature ${MEASURING_TEMPERATURE}) divided by its value if all images were equally far apart; 1 is fully entangled, 0 is apart. On ${probed}, as many of each class; all else on all test images.`,
];
