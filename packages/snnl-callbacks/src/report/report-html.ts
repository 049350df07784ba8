import { classKey, lineKey, lineStyle } from './draw/colors';
import { confusionKey, drawConfusion } from './draw/confusion';
import { type Curve, drawCurves } from './draw/curves';
import { type Column, escapeHtml, figure, htmlPage, table } from './draw/page';
import { drawScatter } from './draw/scatter';
import type {
  Course,
  LayerReport,
  Projection,
  ProjectionName,
  RepresentationReport,
} from './report-data';

/** A report as one HTML file that needs nothing else: no script, no font, no network. */
export function reportHtml(report: RepresentationReport): string {
  const sections = [intro(report), measures(report), training(report), ...layers(report)];
  return htmlPage(report.title, sections.filter((section) => section !== '').join('\n'));
}

function intro({ samples, classes, layers }: RepresentationReport): string {
  const names = layers.map(({ name }) => `<strong>${escapeHtml(name)}</strong>`).join(', ');
  return (
    `<p>What ${escapeHtml(samples.toLocaleString('en'))} samples of ${escapeHtml(classes.length)} ` +
    `classes look like in the layers ${names}.</p>`
  );
}

function measures({ layers, settings, classes }: RepresentationReport): string {
  const distances = new Set(layers.map(distanceName));
  const columns: Column<LayerReport>[] = [
    { title: 'layer', value: ({ name }) => name },
    { title: 'features', value: ({ width }) => width, digits: 0 },
    { title: 'entanglement (nats)', value: ({ entanglement }) => entanglement.loss },
    { title: 'chance (nats)', value: ({ entanglement }) => entanglement.chance },
    { title: 'relative to chance', value: ({ entanglement }) => entanglement.ratio },
    ...(distances.size > 1 ? [{ title: 'distance of neighbours', value: distanceName }] : []),
    {
      title: `${settings.neighbors}-NN accuracy`,
      value: ({ neighborAccuracy }) => neighborAccuracy,
    },
    { title: 'k-means accuracy', value: ({ clusteringAccuracy }) => clusteringAccuracy },
    { title: 'NMI', value: ({ mutualInformation }) => mutualInformation },
    { title: 'ARI', value: ({ adjustedRandIndex }) => adjustedRandIndex },
  ];
  const { temperature, distance, references, neighbors, restarts, seed } = settings;
  const notes = [
    'Entanglement: the soft nearest neighbour loss, at ' +
      (temperature === 'layer' ? "each layer's temperature" : `temperature ${temperature}`) +
      (distance === 'layer' ? ", with each layer's distance" : `, with ${distance} distance`) +
      '. Chance: its value if all samples were equally far apart. Their ratio is 1 when fully ' +
      'entangled, 0 when apart. Lower is better for telling classes apart.' +
      rightAngles(settings, classes.length),
    `${neighbors}-NN accuracy: share of samples with the majority label of their ${neighbors} nearest ` +
      (references === null
        ? 'other samples'
        : `of ${references.toLocaleString('en')} reference samples`) +
      ` (${distances.size === 1 ? [...distances][0] : 'distance as in the table'}). Higher is better.`,
    `k-means (in the same distance, the best of ${restarts} starts, seed ${seed}) sees no labels; each cluster then stands for ` +
      'one class, in the best one-to-one match. Normalised mutual information (NMI) and adjusted ' +
      'Rand index (ARI) compare clusters and classes: 0 is unrelated, 1 the same. Higher is better.',
  ];
  const items = notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('');
  return `<h2>Measured</h2>${table(columns, layers)}<ul class="notes">${items}</ul>`;
}

const distanceName = ({ neighborDistance }: LayerReport): string =>
  neighborDistance === 'cosine' ? 'cosine distance' : 'Euclidean distance';

/** What the ratio of separate classes is where that is not 0. */
function rightAngles({ temperature, distance }: RepresentationReport['settings'], classes: number) {
  if (temperature === 'layer' || distance !== 'cosine' || classes < 2) return '';
  const ratio = ratioAtRightAngles(classes, temperature);
  if (ratio < 0.005) return '';
  return (
    ` At this temperature ${classes} classes at right angles have a ratio of ${ratio.toFixed(2)}; a ` +
    'lower temperature tells more.'
  );
}

/**
 * Entanglement ratio of equally frequent classes that lie at right angles, in cosine distance: what
 * classes that are apart come to at a temperature, and the least that features without negative
 * numbers, such as those of relu units, can reach.
 *
 * log(1 + (K - 1) exp(-1 / T)) / log K, the distances being 0 within a class and 1 between two.
 *
 * @param classes K, at least 2.
 * @param temperature T > 0.
 */
export function ratioAtRightAngles(classes: number, temperature: number): number {
  return Math.log1p((classes - 1) * Math.exp(-1 / temperature)) / Math.log(classes);
}

const styled = (course: Course, index: number): Curve => ({ ...course, ...lineStyle(index) });

function training({ training }: RepresentationReport): string {
  const ratios = training?.ratios.map(styled) ?? [];
  // One point is no curve.
  if (training === undefined || !ratios.some(({ points }) => points.length > 1)) return '';
  const highest = Math.max(1, ...ratios.flatMap(({ points }) => points.map(({ value }) => value)));
  const figures = [
    figure(
      'Entanglement, held-out samples',
      drawCurves(ratios, {
        xLabel: training.per,
        yLabel: 'entanglement / chance (no unit)',
        yDomain: [0, 1.1 * highest],
        level: { value: 1, title: 'chance' },
      }),
    ),
  ];
  if (training.temperature !== undefined) {
    const drawn = drawCurves([styled(training.temperature, 4)], {
      xLabel: training.per,
      yLabel: 'temperature (distance)',
    });
    figures.push(figure('Temperature in training', drawn));
  }
  return `<h2>During training</h2>${lineKey(ratios)}<div class="panels curves">${figures.join('')}</div>`;
}

const PROJECTION_TITLES: Readonly<Record<ProjectionName, string>> = { pca: 'PCA', umap: 'UMAP' };

function axisLabel(kind: ProjectionName, { explained }: Projection, axis: 0 | 1): string {
  if (explained === undefined) return `${PROJECTION_TITLES[kind]} ${axis + 1} (arbitrary units)`;
  return `component ${axis + 1} (activation), ${(100 * explained[axis]).toFixed(0)} % of variance`;
}

function layers({ layers, classes, pictured }: RepresentationReport): string[] {
  const projected = layers.some(({ projections }) => Object.keys(projections).length > 0);
  const keys =
    '<h2>Layer by layer</h2><p class="soft">Each point is one sample' +
    `${projected ? ', coloured and named by class' : ''}. PCA shows the directions of greatest variance; UMAP ` +
    'keeps near samples near, and its distances have no unit. The last panel shows, for each class, ' +
    'which classes its nearest neighbours belong to, in percent.</p>' +
    `${projected ? classKey(classes) : ''}${confusionKey()}`;
  return [keys, ...layers.map((layer) => layerSection(layer, classes, pictured))];
}

function layerSection(
  { name, projections, neighborConfusion, width }: LayerReport,
  classes: readonly string[],
  pictured: readonly number[],
): string {
  const pictures = (['pca', 'umap'] as const).flatMap((kind) => {
    const projection = projections[kind];
    if (projection === undefined) return [];
    const drawn = drawScatter({ points: projection.points, labels: pictured }, classes, {
      xLabel: axisLabel(kind, projection, 0),
      yLabel: axisLabel(kind, projection, 1),
    });
    return [figure(PROJECTION_TITLES[kind], drawn)];
  });
  const confusion = figure('Neighbours (%)', drawConfusion(neighborConfusion, classes));
  return (
    `<h3>${escapeHtml(name)} <span class="soft">${escapeHtml(width)} features</span></h3>` +
    `<div class="panels pictures">${[...pictures, confusion].join('')}</div>`
  );
}
