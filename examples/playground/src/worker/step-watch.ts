import { Callback } from '@tensorflow/tfjs-layers';

/** Counts steps over several calls of `fit`, and awaits `afterStep` after each. */
export class StepWatch extends Callback {
  constructor(
    private readonly count: (epoch: number) => void,
    private readonly afterStep: () => Promise<void>,
  ) {
    super();
  }

  private epoch = 0;

  override async onEpochBegin(epoch: number): Promise<void> {
    this.epoch = epoch;
  }

  override async onBatchBegin(): Promise<void> {
    this.count(this.epoch);
  }

  override async onBatchEnd(): Promise<void> {
    await this.afterStep();
  }
}
