import { Callback } from '@tensorflow/tfjs-layers';
import { pace } from './pace';

/** What tfjs passes to callbacks as `logs`: numbers, or scalars that were not read yet. */
export type UnresolvedLogs = NonNullable<Parameters<Callback['onEpochEnd']>[1]>;

const ADVICE =
  'tfjs takes an array of callbacks either as Callback instances or as plain objects (such as ' +
  'those of tfvis.show.fitCallbacks), by its first entry. Write ' +
  "callbacks: asCallbacks([...]), with asCallbacks from 'snnl-callbacks', to use both.";

/**
 * A callback that keeps a page responsive during training, and that says what is wrong when it
 * stands in one array with plain-object callbacks.
 */
export abstract class CooperativeCallback extends Callback {
  private attached = false;

  override setParams(params: Parameters<Callback['setParams']>[0]): void {
    super.setParams(params);
    this.attached = false;
    // tfjs sets the model right after the parameters, unless a plain object stands in the list.
    queueMicrotask(() => {
      if (!this.attached) {
        console.error(`${this.constructor.name} was not attached to the model. ${ADVICE}`);
      }
    });
  }

  override setModel(model: Parameters<Callback['setModel']>[0]): void {
    super.setModel(model);
    this.attached = true;
  }

  /** tfjs reads it only from a callback that it takes for a plain object, and would detach. */
  get nowFunc(): never {
    throw new Error(
      `${this.constructor.name} was taken for a plain-object callback. ${ADVICE} If there are no ` +
        'plain objects in the array, two copies of @tensorflow/tfjs-layers are installed: see ' +
        '`npm ls @tensorflow/tfjs-layers`.',
    );
  }

  override async onTrainBegin(_logs?: UnresolvedLogs): Promise<void> {
    pace.start();
  }

  override async onBatchEnd(_batch: number, _logs?: UnresolvedLogs): Promise<void> {
    await pace.step();
  }
}
