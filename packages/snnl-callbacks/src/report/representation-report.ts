import { dispose, nextFrame, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers as tfLayers } from '@tensorflow/tfjs-layers';
import { type ClassId, type Labels, readLabels } from 'snnl-layer';
import { ActivationReader, type LayerActivations } from '../activations/activations';
import { defaultLayers } from '../default-layers';
import {
  DEFAULT_BATCH,
  DEFAULT_TEMPERATURE,
  distanceOf,
  entanglementOf,
  type MeasureOptions,
} from '../measure-layers';
import { chosenLayers } from '../model-layers';
import type { LogRecord } from '../writers/writer';
import { type Labelled, layerReport } from './layer-report';
import { balancedSubset } from './measure/balanced-subset';
import { matrix } from './measure/matrix';
import type { LayerReport, ProjectionName, RepresentationReport } from './report-data';
import { trainingCourse } from './training-course';

/**
 * Samples with labels: class ids or, in a plain array, names `[N]` or `[N, 1]`; or one-hot rows
 * `[N, classes]`.
 */
export interface LabelledSamples {
  /** The model's input or inputs `[N, ...]`. */
  readonly x: Tensor | readonly Tensor[];
  readonly y: Labels;
}

/** Options of {@link representationReport}. */
export interface RepresentationReportOptions extends LabelledSamples, MeasureOptions {
  readonly model: LayersModel;
  /** Names of layers, or the layers. Default as in EntanglementLogger. */
  readonly layers?: readonly (string | tfLayers.Layer)[];
  /** Where neighbours are looked for, such as training samples. Default: the other samples. */
  readonly references?: LabelledSamples;
  /** Names of the classes by class id. Default: the ids, or the names that y holds. */
  readonly classes?: readonly string[];
  /** Neighbours that vote. Default 5. */
  readonly neighbors?: number;
  /** k-means starts, of which the best counts. Default 10. */
  readonly restarts?: number;
  /** Default both. */
  readonly projections?: readonly ProjectionName[];
  /** Samples in each picture at most, as many of each class as of another. Default 1000. */
  readonly pictureSize?: number;
  /** The records of an EntanglementLogger, to show how the training went. */
  readonly records?: readonly LogRecord[];
  /** Of k-means and UMAP. Default 1. */
  readonly seed?: number;
  /** Default `Representations of <model>`. */
  readonly title?: string;
}

/**
 * How a model represents labelled samples in its layers: entanglement, accuracy of nearest
 * neighbours and of k-means, NMI and ARI, which classes are neighbours, and 2-D projections.
 *
 * The same seed gives the same report. Work grows with the square of the number of samples; a few
 * thousand are enough.
 *
 * @returns Plain data; `reportHtml` makes a page of it.
 * @throws RangeError if an option is out of range; Error if a layer is missing, or samples do not
 *   fit the model or their labels.
 */
export async function representationReport(
  options: RepresentationReportOptions,
): Promise<RepresentationReport> {
  const { model, neighbors = 5, restarts = 10, pictureSize = 1000, seed = 1 } = options;
  const {
    temperature = DEFAULT_TEMPERATURE,
    batchSize = DEFAULT_BATCH,
    projections = ['pca', 'umap'],
  } = options;
  assertCounts({ neighbors, restarts, pictureSize, batchSize });
  const samples = count(options.x);
  if (samples < 4) {
    throw new RangeError(`Expected at least 4 samples in x to report on, but got ${samples}.`);
  }
  const { references } = options;
  const read = await readLabels(
    { labels: options.y, samples, name: 'y' },
    ...(references === undefined
      ? []
      : [{ labels: references.y, samples: count(references.x), name: 'references.y' }]),
  );
  const [labels = [], referenceLabels = []] = read.ids.map((ids) => Array.from(ids));
  const { classes } = read;
  const pictured = balancedSubset(labels, pictureSize);

  const chosen =
    options.layers === undefined ? defaultLayers(model) : chosenLayers(model, options.layers);
  const reader = new ActivationReader(model, chosen);
  const activations = await reader.read(options.x, batchSize);
  let ofReferences: LayerActivations[] = [];
  const layers: LayerReport[] = [];
  try {
    if (references !== undefined) ofReferences = await reader.read(references.x, batchSize);
    for (const [index, activation] of activations.entries()) {
      const other = ofReferences[index];
      const report = await layerReport({
        name: activation.name,
        entanglement: await entanglementOf(activation, labels, options),
        samples: await labelled(activation, labels),
        references: other === undefined ? undefined : await labelled(other, referenceLabels),
        classes: classes.length,
        neighbors,
        restarts,
        seed,
        pictured,
        projections,
      });
      layers.push(report);
      await nextFrame();
    }
  } finally {
    dispose([...activations, ...ofReferences].map(({ features }) => features));
  }
  const distances = new Set(chosen.map((layer) => distanceOf(layer, options)));
  const [distance = 'layer'] = distances.size === 1 ? distances : [];
  const training = trainingCourse(options.records ?? []);
  return {
    title: options.title ?? `Representations of ${model.name}`,
    samples,
    classes: classes.map((id) => nameOf(id, options.classes)),
    settings: {
      temperature,
      distance,
      neighbors,
      references: references === undefined ? null : count(references.x),
      restarts,
      seed,
    },
    layers,
    pictured: pictured.map((position) => labels[position] ?? -1),
    ...(training === undefined ? {} : { training }),
  };
}

const nameOf = (id: ClassId, names: readonly string[] = []): string =>
  (typeof id === 'number' ? names[id] : undefined) ?? String(id);

async function labelled(
  { name, features }: LayerActivations,
  labels: readonly number[],
): Promise<Labelled> {
  const data = Float32Array.from(await features.data());
  if (!data.every(Number.isFinite)) {
    throw new Error(
      `Layer '${name}' gives features that are NaN or infinite, which have no neighbours. Report on ` +
        'a model whose training did not diverge, and on samples that are finite.',
    );
  }
  return { features: matrix(data, features.shape[1]), labels };
}

function count(x: Tensor | readonly Tensor[]): number {
  const [first]: readonly (Tensor | undefined)[] = Array.isArray(x) ? x : [x];
  return first?.shape[0] ?? 0;
}

function assertCounts(counts: Readonly<Record<string, number>>): void {
  for (const [key, value] of Object.entries(counts)) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new RangeError(`Expected ${key} to be an integer of at least 1, but got ${value}.`);
    }
  }
}
