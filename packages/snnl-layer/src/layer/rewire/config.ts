import { ActivityRegularization } from '../activity-regularization';
import { SoftNearestNeighbor } from '../layer';

/** A reference to an output of a layer: its name, which of its nodes, which tensor of the node. */
export type NodeRef = [layer: string, node: number, tensor: number, kwargs?: object];

/** A layer as `LayersModel.getConfig()` describes it; inbound nodes only in functional models. */
export interface LayerEntry {
  readonly name: string;
  readonly className: string;
  readonly config: object;
  readonly inboundNodes: NodeRef[][];
}

export interface FunctionalConfig {
  readonly name: string;
  readonly layers: LayerEntry[];
  readonly inputLayers: NodeRef[];
  readonly outputLayers: NodeRef[];
}

export interface SequentialConfig {
  readonly name: string;
  readonly layers: Omit<LayerEntry, 'inboundNodes'>[];
}

export const isFunctional = (config: object): config is FunctionalConfig => 'inputLayers' in config;
export const isModel = (entry: { className: string; config: object }): boolean =>
  'layers' in entry.config;
type Entry = Omit<LayerEntry, 'inboundNodes'>;

/** What a wrapper such as timeDistributed wraps; it has no name of its own in the config. */
const wrapped = ({ config }: Pick<Entry, 'config'>): Entry | undefined =>
  'layer' in config ? (config.layer as Entry) : undefined;
/** Classes of the layers of this package, which pass on what they get. */
export const OURS: ReadonlySet<string> = new Set([
  SoftNearestNeighbor.className,
  ActivityRegularization.className,
]);
const isOurs = (entry: Pick<Entry, 'className' | 'config'>): boolean => {
  const inner = wrapped(entry);
  return inner === undefined ? OURS.has(entry.className) : isOurs(inner);
};

/** A wrapper around a model wraps the stripped model. */
function stripWrapped<T extends Pick<Entry, 'config'>>(entry: T): T {
  const inner = wrapped(entry);
  if (inner === undefined) return entry;
  const layer = isModel(inner)
    ? { ...inner, config: stripConfig(inner.config).config }
    : stripWrapped(inner);
  return { ...entry, config: { ...entry.config, layer } };
}

/** A model config without entanglement layers, and which of the model's inputs are left. */
export interface Stripped<T> {
  readonly config: T;
  readonly inputsLeft: boolean[];
}

/** The config of a model of either kind without the layers of this package, nested ones too. */
export function stripConfig(config: object): Stripped<object> {
  return isFunctional(config)
    ? stripFunctional(config)
    : stripSequential(config as SequentialConfig);
}

function stripSequential(config: SequentialConfig): Stripped<SequentialConfig> {
  const layers = config.layers
    .filter((entry) => !isOurs(entry))
    .map((entry) =>
      isModel(entry) ? { ...entry, config: stripConfig(entry.config).config } : stripWrapped(entry),
    );
  if (layers.every(({ className }) => className === 'InputLayer')) {
    throw new Error(
      `The sequential model '${config.name}' has no layers but those that are stripped, so nothing ` +
        'would be left of it. Remove it from the model that contains it.',
    );
  }
  return { config: { ...config, layers }, inputsLeft: [true] };
}

/** A model inside a model has one node of its own before those of the outer model. */
export const firstNode = (entry: LayerEntry): number => (isModel(entry) ? 1 : 0);

function stripFunctional(config: FunctionalConfig): Stripped<FunctionalConfig> {
  const byName = new Map(config.layers.map((entry) => [entry.name, stripEntry(entry)]));
  const find = (name: string): LayerEntry => {
    const entry = byName.get(name);
    if (entry === undefined) throw new Error(`The model's config has no layer '${name}'.`);
    return entry;
  };
  /** Follows a reference through entanglement layers to the features that they pass on. */
  const source = ([name, node, tensor, kwargs]: NodeRef): NodeRef => {
    const entry = find(name);
    const features = isOurs(entry) ? entry.inboundNodes[node]?.[0] : undefined;
    return features === undefined ? [name, node, tensor, kwargs ?? {}] : source(features);
  };
  const outputLayers = config.outputLayers.map(source);

  /** Nodes that the outputs need, by layer; what only fed labels to a layer is not among them. */
  const needed = new Map<string, Set<number>>();
  const visit = ([name, node]: NodeRef): void => {
    const nodes = needed.get(name) ?? new Set();
    if (nodes.has(node)) return;
    needed.set(name, nodes.add(node));
    const entry = find(name);
    for (const ref of entry.inboundNodes[node - firstNode(entry)] ?? []) visit(source(ref));
  };
  outputLayers.forEach(visit);

  const renumbered = ([name, node, tensor, kwargs]: NodeRef): NodeRef => {
    const first = firstNode(find(name));
    const before = [...(needed.get(name) ?? [])].filter((other) => other < node).length;
    return [name, first + before, tensor, kwargs ?? {}];
  };
  const layers = config.layers
    .filter(({ name }) => needed.has(name))
    .map(({ name }) => {
      const entry = find(name);
      const inboundNodes = entry.inboundNodes
        .filter((_, index) => needed.get(name)?.has(index + firstNode(entry)))
        .map((refs) => refs.map((ref) => renumbered(source(ref))));
      return { ...entry, inboundNodes };
    });
  const inputsLeft = config.inputLayers.map(([name]) => needed.has(name));
  return {
    config: {
      ...config,
      layers,
      inputLayers: config.inputLayers.filter((_, index) => inputsLeft[index]),
      outputLayers: outputLayers.map((ref) => renumbered(ref).slice(0, 3) as NodeRef),
    },
    inputsLeft,
  };
}

/** A nested model is stripped itself, and where it is applied it loses the inputs that it lost. */
function stripEntry(entry: LayerEntry): LayerEntry {
  if (!isModel(entry)) return stripWrapped(entry);
  const { config, inputsLeft } = stripConfig(entry.config);
  return {
    ...entry,
    config,
    inboundNodes: entry.inboundNodes.map((refs) => refs.filter((_, index) => inputsLeft[index])),
  };
}
