import {
  Callback,
  CustomCallback,
  type CustomCallbackArgs,
  History,
  type ModelFitArgs,
} from '@tensorflow/tfjs-layers';
import { assertOptions, describeValue, type OptionRules, rules } from 'snnl-layer';

/** A callback in either of the forms that tfjs knows. */
export type AnyCallback = Callback | CustomCallback | CustomCallbackArgs;

/** Options of {@link asCallbacks}. */
export interface AsCallbacksOptions {
  /** How often the plain objects let the event loop turn, as in `fit`. Default `auto`. */
  readonly yieldEvery?: NonNullable<ModelFitArgs['yieldEvery']>;
}

const RULES: OptionRules<AsCallbacksOptions> = {
  yieldEvery: rules.either(
    rules.oneOf<'auto' | 'batch' | 'epoch' | 'never'>(['auto', 'batch', 'epoch', 'never']),
    { ...rules.notNegative, expected: 'milliseconds' },
  ),
};

const HOOKS = [
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onBatchBegin',
  'onBatchEnd',
  'onYield',
] as const;

/**
 * Callbacks of both kinds in one array for `fit`: instances, such as those of this package and
 * `tf.callbacks.earlyStopping`, and plain objects, such as `tfvis.show.fitCallbacks(...)`, which
 * tfjs cannot mix. They run in the order given.
 *
 * @returns What to pass to `fit` or `fitDataset` as `callbacks`.
 * @throws TypeError if `callbacks` is no array, or an entry is neither an instance nor a plain
 *   object with one of the hooks.
 */
export function asCallbacks(
  callbacks: readonly AnyCallback[],
  options: AsCallbacksOptions = {},
): (Callback | CustomCallback)[] {
  if (!Array.isArray(callbacks)) {
    throw new TypeError(
      'Expected an array of callbacks, asCallbacks([callback, ...]), but got ' +
        `${describeValue(callbacks)}.`,
    );
  }
  assertOptions('asCallbacks', options, RULES);
  const { yieldEvery = 'auto' } = options;
  return callbacks.map((callback: AnyCallback, index) => {
    if (isInstance(callback)) return callback;
    const hooks = HOOKS.filter((hook) => typeof callback?.[hook] === 'function');
    if (hooks.length === 0 || 'setModel' in callback) throw notACallback(callback, index);
    // Bound, so that the hooks of an object may use `this`.
    const bound = hooks.map((hook) => [hook, callback[hook]?.bind(callback)]);
    return new CustomCallback({ ...callback, ...Object.fromEntries(bound) }, yieldEvery);
  });
}

function isInstance(callback: AnyCallback): callback is Callback | CustomCallback {
  return [Callback, CustomCallback, History].some((kind) => callback instanceof kind);
}

function notACallback(callback: AnyCallback, index: number): TypeError {
  const hint =
    typeof callback === 'object' && callback !== null && 'setModel' in callback
      ? 'It seems to be an instance from another copy of @tensorflow/tfjs-layers: see ' +
        '`npm ls @tensorflow/tfjs-layers`.'
      : `Expected a Callback instance or an object with one of ${HOOKS.join(', ')}.`;
  return new TypeError(`Entry ${index} of the callbacks is not a callback of tfjs. ${hint}`);
}
