import { LayersModel } from '@tensorflow/tfjs-layers';
import { assertOptions, describeValue, type OptionRules, rules } from '../../options';
import { allLayers } from '../graph';
import { registerLayer, SoftNearestNeighbor } from '../layer';
import { OWN_RULES, type OwnOptions } from '../layer-options';
import {
  type FunctionalConfig,
  firstNode,
  isFunctional,
  isModel,
  type LayerEntry,
  type NodeRef,
  OURS,
  type SequentialConfig,
} from './config';
import { rewired } from './rewired';

/** Options of the layer that its config holds. */
type LayerOptions = Omit<OwnOptions, 'group'>;

/** Options of {@link attachEntanglement}; those of {@link softNearestNeighbor} hold for each layer. */
export interface AttachEntanglementOptions extends LayerOptions {
  /**
   * The layers whose outputs are to have the loss, by name, those inside nested models too; `hidden`
   * (default): all hidden layers that train, after their normalisation and activation.
   */
  readonly layers?: 'hidden' | readonly string[];
}

const { group: _, ...layerRules } = OWN_RULES;

const RULES: OptionRules<AttachEntanglementOptions> = {
  ...layerRules,
  layers: rules.either(rules.oneOf<'hidden'>(['hidden']), rules.arrayOf(rules.text, 'layer names')),
};

/** Layers that belong to the hidden layer before them. */
const ACTIVATIONS: ReadonlySet<string> = new Set([
  ...['Activation', 'BatchNormalization', 'ELU', 'LayerNormalization', 'LeakyReLU', 'PReLU'],
  ...['ReLU', 'Softmax', 'ThresholdedReLU'],
]);

type Entry = Omit<LayerEntry, 'inboundNodes'>;

/** Names of layers of a model, and where their outputs go. */
interface Level {
  readonly entries: ReadonlyMap<string, Entry>;
  /** By the name of the layer, one for each place where its output is used. */
  readonly consumers: ReadonlyMap<string, readonly string[]>;
  readonly outputs: ReadonlySet<string>;
}

const nameOf = ({ config }: Entry): string => (config as { readonly name: string }).name;

function levelOf(config: object): Level {
  const { layers } = config as SequentialConfig;
  const names = layers.map(nameOf);
  const entries = new Map(layers.map((entry) => [nameOf(entry), entry]));
  if (!isFunctional(config)) {
    const consumers = new Map(names.map((name, i) => [name, names.slice(i + 1, i + 2)]));
    return { entries, consumers, outputs: new Set(names.slice(-1)) };
  }
  const consumers = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const { name, inboundNodes } of config.layers) {
    for (const [source] of inboundNodes.flat()) consumers.get(source)?.push(name);
  }
  return { entries, consumers, outputs: new Set(config.outputLayers.map(([name]) => name)) };
}

/** The hidden layers of a model, each as the last of what belongs to it. */
function hiddenPoints(level: Level, model: LayersModel, outputsToo: boolean): Set<string> {
  const points = new Set<string>();
  for (const [name, entry] of level.entries) {
    const layer = model.getLayer(name);
    const isHidden = layer.trainableWeights.length > 0 && !ACTIVATIONS.has(entry.className);
    if (isModel(entry) || OURS.has(entry.className) || !isHidden) continue;
    let point = name;
    let next = level.consumers.get(point) ?? [];
    const entryOf = (one: string) => level.entries.get(one) as Entry;
    while (next.length === 1 && !level.outputs.has(point)) {
      const [only] = next as [string];
      if (!ACTIVATIONS.has(entryOf(only).className)) break;
      point = only;
      next = level.consumers.get(point) ?? [];
    }
    const isAttached = next.some((one) => entryOf(one).className === SoftNearestNeighbor.className);
    if (!isAttached && (outputsToo || !level.outputs.has(point))) points.add(point);
  }
  return points;
}

/** Puts layers behind those that are chosen in a model and in the models inside it. */
class Attachment {
  /** Names of the layers that have one. */
  readonly attached = new Set<string>();

  constructor(
    private readonly chosen: ReadonlySet<string> | 'hidden',
    private readonly options: LayerOptions,
  ) {}

  /** @param outputsToo Whether the outputs of the model are hidden inside another. */
  to(config: object, model: LayersModel, outputsToo: boolean): object {
    const level = levelOf(config);
    const { chosen } = this;
    const points =
      chosen === 'hidden'
        ? hiddenPoints(level, model, outputsToo)
        : new Set([...level.entries.keys()].filter((name) => chosen.has(name)));
    for (const name of points) {
      this.attached.add(name);
      this.assertFree(model, name);
    }
    const inside = <T extends Entry>(entry: T): T => {
      const name = nameOf(entry);
      const isHidden = outputsToo || !level.outputs.has(name);
      const inner =
        isModel(entry) && this.to(entry.config, model.getLayer(name) as LayersModel, isHidden);
      return inner ? { ...entry, config: inner } : entry;
    };
    return isFunctional(config)
      ? this.toFunctional({ ...config, layers: config.layers.map(inside) }, points)
      : this.toSequential(config as SequentialConfig, inside, points);
  }

  private toSequential(
    config: SequentialConfig,
    inside: (entry: Entry) => Entry,
    points: ReadonlySet<string>,
  ): SequentialConfig {
    const layers = config.layers.flatMap((entry) =>
      points.has(nameOf(entry)) ? [inside(entry), this.entry(nameOf(entry))] : [inside(entry)],
    );
    return { ...config, layers };
  }

  private toFunctional(config: FunctionalConfig, points: ReadonlySet<string>): FunctionalConfig {
    const first = new Map(config.layers.map((entry) => [entry.name, firstNode(entry)]));
    const behind = (ref: NodeRef): NodeRef => {
      const [name, node, tensor, kwargs] = ref;
      if (!points.has(name) || tensor !== 0) return ref;
      return [attachedName(name), node - (first.get(name) ?? 0), 0, kwargs ?? {}];
    };
    const layers = config.layers.flatMap((entry) => {
      const { name } = entry;
      const moved = { ...entry, inboundNodes: entry.inboundNodes.map((refs) => refs.map(behind)) };
      if (!points.has(name)) return [moved];
      // An input has a node that its config does not list.
      const nodes = Math.max(entry.inboundNodes.length, 1);
      const inboundNodes = Array.from({ length: nodes }, (_, i): NodeRef[] => [
        [name, i + firstNode(entry), 0, {}],
      ]);
      return [moved, { ...this.entry(name), inboundNodes }];
    });
    const outputLayers = config.outputLayers.map((ref) => behind(ref).slice(0, 3) as NodeRef);
    return { ...config, layers, outputLayers };
  }

  private entry(name: string): Entry {
    const layer = new SoftNearestNeighbor({ ...this.options, name: attachedName(name) });
    return { name: layer.name, className: layer.getClassName(), config: layer.getConfig() };
  }

  private assertFree(model: LayersModel, name: string): void {
    if (model.layers.every((layer) => layer.name !== attachedName(name))) return;
    throw new Error(
      `Expected no layer '${attachedName(name)}' in model '${model.name}', but there is one: layer ` +
        `'${name}' has the loss already. Leave it out, or take all out with stripEntanglement.`,
    );
  }
}

const attachedName = (name: string): string => `${name}_snnl`;

/**
 * The same model with the loss at some of its layers: behind each stands a SoftNearestNeighbor layer,
 * named after it with `_snnl`. `stripEntanglement` undoes it.
 *
 * It shares the weights: training one changes the other, and disposing one disposes both. What is
 * frozen stays frozen. It is not compiled.
 *
 * @param model A sequential or functional model, also a loaded one. Custom layers must be registered
 *   with tfjs, as for loading a saved model.
 * @returns A new model of the same kind, with the same predictions.
 * @throws TypeError if it is no model; RangeError if an option is out of range or unknown.
 * @throws Error if there is no such layer, or no hidden one that trains; if a layer has the loss already;
 *   or a custom layer is not registered, or has a config that does not describe its weights.
 * @see Frosst, Papernot & Hinton 2019, arXiv:1902.01889, section 3: the loss in all hidden layers.
 */
export function attachEntanglement(
  model: LayersModel,
  options: AttachEntanglementOptions = {},
): LayersModel {
  if (!(model instanceof LayersModel)) {
    throw new TypeError(
      `Expected a sequential or functional model to attach to, but got ${describeValue(model)}.`,
    );
  }
  assertOptions('attachEntanglement', options, RULES);
  const { layers = 'hidden', ...own } = options;
  registerLayer();
  const attachment = new Attachment(layers === 'hidden' ? layers : new Set(layers), own);
  return rewired(model, (config) => {
    const changed = attachment.to(config, model, false);
    assertFound(model, layers, attachment.attached);
    return changed;
  });
}

/** @throws Error if a named layer is not there, or nothing is attached. */
function assertFound(
  model: LayersModel,
  layers: 'hidden' | readonly string[],
  attached: ReadonlySet<string>,
): void {
  const missing = layers === 'hidden' ? [] : layers.filter((name) => !attached.has(name));
  if (missing.length > 0) {
    const names = allLayers(model).map(({ name }) => name);
    throw new Error(
      `Expected layers of model '${model.name}' or of models inside it, but got '${missing[0]}'. Its ` +
        `layers are ${names.join(', ')}; inside layers that are no models there is no place.`,
    );
  }
  if (attached.size > 0) return;
  throw new Error(
    `Expected model '${model.name}' to have a hidden layer that trains and has no loss yet, but it has ` +
      "none. Name layers: attachEntanglement(model, {layers: ['dense_1']}).",
  );
}
