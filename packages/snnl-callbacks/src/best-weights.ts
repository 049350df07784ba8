import { dispose, type io, type Tensor } from '@tensorflow/tfjs-core';
import { assertOptions, type OptionRules, rules } from 'snnl-layer';
import { CooperativeCallback, resolveLogs, type UnresolvedLogs } from './cooperative-callback';

/** Options of {@link BestWeights}. */
export interface BestWeightsOptions {
  /** The key in the logs of epochs that says how good a model is. Default `val_loss`. */
  readonly monitor?: string;
  /** Whether less is better, or more. Default `min`. */
  readonly mode?: 'min' | 'max';
  /** Whether the model has its best weights when training ends. Default true. */
  readonly restore?: boolean;
  /**
   * Where the model is saved after each epoch that is better than all before: what `model.save` takes, a
   * URL or a handler. Default: nowhere.
   */
  readonly save?: string | io.IOHandler;
}

const RULES: OptionRules<BestWeightsOptions> = {
  monitor: rules.text,
  mode: rules.oneOf<'min' | 'max'>(['min', 'max']),
  restore: rules.flag,
  save: rules.either(rules.text, {
    ...rules.object<io.IOHandler>("a URL such as 'localstorage://best', or a handler of tfjs"),
    allows: (handler) => typeof handler.save === 'function',
  }),
};

/**
 * Keeps the weights of the best epoch, by any key of the logs: those of validation, or what an
 * EntanglementLogger before it in the list has measured.
 *
 * When training ends, also where it was stopped early, the model gets them back (the optimizer stays as
 * it is). A value of NaN is never best; epochs without the key, as with `every` of a logger, are passed
 * over. A model whose optimizer is to be saved too is saved by `save` as by `model.save`.
 *
 * The console says after the first epoch which keys there are, if the one to go by is not among them. If
 * no epoch has had it when training ends, `fit` rejects with an Error; the model stays as it was trained.
 * It also rejects where saving fails.
 */
export class BestWeights extends CooperativeCallback {
  /** The epoch with the best value so far, from 0, and that value; undefined before there is one. */
  best: { readonly epoch: number; readonly value: number } | undefined;
  private readonly options: Required<Omit<BestWeightsOptions, 'save'>>;
  private readonly target: BestWeightsOptions['save'];
  private weights: Tensor[] = [];
  private seen: string[] = [];
  private warned = false;

  constructor(options: BestWeightsOptions = {}) {
    super();
    assertOptions('BestWeights', options, RULES);
    const { monitor = 'val_loss', mode = 'min', restore = true, save } = options;
    this.options = { monitor, mode, restore };
    this.target = save;
  }

  override async onTrainBegin(logs?: UnresolvedLogs): Promise<void> {
    await super.onTrainBegin(logs);
    this.forget();
    this.best = undefined;
    this.warned = false;
  }

  override async onEpochEnd(epoch: number, logs: UnresolvedLogs = {}): Promise<void> {
    const { monitor, mode, restore } = this.options;
    const row = await resolveLogs(logs);
    const value = row[monitor];
    this.seen = Object.keys(row);
    if (value === undefined && !this.warned) {
      this.warned = true;
      console.warn(`BestWeights: ${this.absence()}`);
    }
    if (value === undefined || Number.isNaN(value)) return;
    const before = this.best?.value;
    if (before !== undefined && !(mode === 'min' ? value < before : value > before)) return;
    this.best = { epoch, value };
    if (restore) {
      this.forget();
      this.weights = this.model.getWeights().map((weight) => weight.clone());
    }
    if (this.target !== undefined) await this.model.save(this.target);
  }

  override async onTrainEnd(): Promise<void> {
    if (this.best === undefined) throw new Error(this.absence());
    if (this.options.restore) this.model.setWeights(this.weights);
    this.forget();
  }

  private absence(): string {
    return (
      `Expected the logs of an epoch to have a value '${this.options.monitor}' that is no NaN, by which to tell the ` +
      `best, but they have ${this.seen.map((key) => `'${key}'`).join(', ') || 'none'}. Give one of these ` +
      'as monitor, give fit validationData, or put the callback that writes it earlier in the list.'
    );
  }

  private forget(): void {
    dispose(this.weights);
    this.weights = [];
  }
}
