import { dispose, nextFrame } from '@tensorflow/tfjs-core';
import { LayersModel } from '@tensorflow/tfjs-layers';
import {
  assertOptions,
  type ClassId,
  isLabelled,
  MISSING_LABEL,
  type OptionRules,
  readLabels,
  rules,
} from 'snnl-layer';
import { ActivationReader, type LayerActivations } from '../activations';
import {
  DEFAULT_BATCH,
  DEFAULT_TEMPERATURE,
  distanceOf,
  entanglementOf,
  MEASURE_RULES,
  type MeasureOptions,
  neighborDistanceOf,
} from '../measure-layers';
import { chosenLayers, defaultLayers, type LayerChoices, layersRule } from '../model-layers';
import { assertInputs, type Inputs, LABELLED_RULES, type LabelledSamples } from '../samples';
import type { LogRecord } from '../writers/writer';
import { type Labelled, layerReport } from './layer-report';
import { matrix, takeRows } from './measure/matrix';
import { balancedSubset } from './measure/projections';
import type {
  Course,
  LayerReport,
  ProjectionName,
  RepresentationReport,
  TrainingCourse,
} from './report-data';

/** Options of {@link representationReport}. */
export interface RepresentationReportOptions extends LabelledSamples, MeasureOptions {
  readonly model: LayersModel;
  /** A layer or its name, or an array of these. Default as in EntanglementLogger. */
  readonly layers?: LayerChoices;
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

const RULES: OptionRules<RepresentationReportOptions> = {
  ...LABELLED_RULES,
  ...MEASURE_RULES,
  model: rules.required({
    ...rules.object<LayersModel>('a sequential or functional model'),
    allows: (model) => model instanceof LayersModel,
  }),
  layers: layersRule,
  references: rules.object<LabelledSamples>('samples with labels, { x, y }'),
  classes: rules.arrayOf(rules.text, 'an array with the name of each class'),
  neighbors: rules.integerFrom(1),
  restarts: rules.integerFrom(1),
  projections: rules.arrayOf(
    rules.oneOf<ProjectionName>(['pca', 'umap']),
    "an array with 'pca', 'umap', both or none",
  ),
  pictureSize: rules.integerFrom(1),
  records: rules.arrayOf(
    rules.object<LogRecord>('a record'),
    'the records of an EntanglementLogger, an array',
  ),
  seed: rules.integer,
  title: rules.text,
};

/**
 * How a model represents labelled samples in its layers: entanglement, accuracy of nearest
 * neighbours and of k-means, NMI and ARI, which classes are neighbours, and 2-D projections.
 *
 * Neighbours and k-means go by the distance of a SoftNearestNeighbor layer, and by Euclidean distance
 * in other layers; `distance` is that of entanglement alone. The same seed gives the same report. Work grows with the square of the number of samples; a few
 * thousand are enough.
 *
 * @returns Plain data; `reportHtml` makes a page of it.
 * @throws RangeError if an option is unknown or out of range, or samples do not fit the model or
 *   their labels; Error if a layer is missing.
 */
export async function representationReport(
  options: RepresentationReportOptions,
): Promise<RepresentationReport> {
  assertOptions('representationReport', options, RULES);
  const { model, neighbors = 5, restarts = 10, pictureSize = 1000, seed = 1 } = options;
  const { ignoreClass } = options;
  const {
    temperature = DEFAULT_TEMPERATURE,
    batchSize = DEFAULT_BATCH,
    projections = ['pca', 'umap'],
  } = options;
  assertInputs(model, options.x);
  const { references } = options;
  if (references !== undefined) {
    assertOptions('references', references, LABELLED_RULES);
    assertInputs(model, references.x, 'references.x');
  }
  const read = await readLabels(
    { labels: options.y, samples: count(options.x), name: 'y', ignoreClass },
    ...(references === undefined
      ? []
      : [
          { labels: references.y, samples: count(references.x), name: 'references.y', ignoreClass },
        ]),
  );
  const [ids = new Int32Array(), referenceIds = new Int32Array()] = read.ids;
  const labels = Array.from(ids).filter(isLabelled);
  const samples = labels.length;
  if (samples < 4) {
    throw new RangeError(`Expected at least 4 samples with a label in x, but got ${samples}.`);
  }
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
        entanglement: await entanglementOf(activation, ids, {
          ...options,
          ignoreClass: MISSING_LABEL,
        }),
        neighborDistance: neighborDistanceOf(activation.layer),
        samples: await labelled(activation, ids),
        references: other === undefined ? undefined : await labelled(other, referenceIds),
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
    classes: classes.map((id) => className(id, options.classes)),
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

const className = (id: ClassId, names: readonly string[] = []): string =>
  (typeof id === 'number' ? names[id] : undefined) ?? String(id);

/** The samples that have a label. */
async function labelled({ name, features }: LayerActivations, ids: Int32Array): Promise<Labelled> {
  const values = Float32Array.from(await features.data());
  const rows = Array.from(ids.keys()).filter((row) => isLabelled(ids[row] as number));
  const points = takeRows(matrix(values, features.shape[1]), rows);
  if (!points.data.every(Number.isFinite)) {
    throw new Error(
      `Layer '${name}' gives features that are NaN or infinite, which have no neighbours. Report on ` +
        'a model whose training did not diverge, and on samples that are finite.',
    );
  }
  return { features: points, labels: rows.map((row) => ids[row] as number) };
}

function count(x: Inputs): number {
  const [first] = [x].flat();
  return first?.shape[0] ?? 0;
}

/** The course of a training, from the records of an EntanglementLogger; undefined without any. */
function trainingCourse(records: readonly LogRecord[]): TrainingCourse | undefined {
  const [first] = records;
  if (first === undefined) return undefined;
  const course = (title: string, value: (record: LogRecord) => number | undefined): Course => ({
    title,
    points: records.flatMap((record) => {
      const at = value(record);
      return at === undefined || !Number.isFinite(at) ? [] : [{ step: record.step + 1, value: at }];
    }),
  });
  const temperature = course('temperature', ({ logs }) => logs.temperature);
  return {
    per: first.per,
    ratios: first.entanglement.map(({ layer }) =>
      course(layer, ({ entanglement }) => entanglement.find((one) => one.layer === layer)?.ratio),
    ),
    ...(temperature.points.length > 0 ? { temperature } : {}),
  };
}
