import { train } from '@tensorflow/tfjs-core';
import { EntanglementLogger, TemperatureAnnealing } from 'snnl-callbacks';
import type { Images } from '../data/format';
import type { Progress } from '../messages';
import { scheduleOf } from '../schedule-of';
import { BATCH, EPOCHS, type Settings } from '../settings';
import { Clock } from './clock';
import { digitTensors } from './digit-tensors';
import { Gate } from './gate';
import { inspect } from './inspect';
import { measureWriter } from './measure-writer';
import { classifier, type Network } from './network';
import { StepWatch } from './step-watch';

const LEARNING_RATE = 0.003;

/** Steps between two measurements. */
const MEASURE_EVERY = 10;

/**
 * Entanglement is always measured alike, whatever is trained with, so that runs can be compared.
 * Cosine, because squared distances grow with the activations.
 */
const MEASURE = { distance: 'cosine', temperature: 0.2 } as const;

/** Trains the network; settings may change between two steps. */
export class Training {
  private readonly gate = new Gate();
  private readonly clock = new Clock();
  private readonly network = classifier(train.adam(LEARNING_RATE));
  private step = 0;
  private epoch = 0;
  private changed = false;

  constructor(
    private settings: Settings,
    private readonly images: { readonly training: Images; readonly heldOut: Images },
    private readonly send: (progress: Progress) => void,
  ) {}

  pause(): void {
    this.gate.pause();
  }

  resume(): void {
    this.gate.resume();
  }

  change(settings: Settings): void {
    this.settings = settings;
    this.changed = true;
  }

  /** Ends after {@link EPOCHS}. */
  async run(): Promise<void> {
    const training = digitTensors(this.images.training);
    const heldOut = digitTensors(this.images.heldOut);
    while (this.epoch < EPOCHS) {
      this.changed = false;
      const network = this.network(this.settings);
      const {
        heldOut: { labels },
      } = this.images;
      const writer = measureWriter({
        step: () => this.step,
        inspect: () => inspect(network.inspected, heldOut, labels),
        rate: (step) => this.clock.rate(step),
        send: this.send,
      });
      await network.trained.fit(training.pixels, training.targets, {
        batchSize: BATCH,
        initialEpoch: this.epoch,
        epochs: EPOCHS,
        // Each batch is balanced as the images lie; tfjs would shuffle without a seed.
        shuffle: false,
        verbose: 0,
        callbacks: [
          new TemperatureAnnealing({ schedule: scheduleOf(this.settings) }),
          new EntanglementLogger({
            ...MEASURE,
            x: heldOut.pixels,
            y: heldOut.labels,
            per: 'batch',
            every: MEASURE_EVERY,
            writers: [writer],
          }),
          this.watch(network),
        ],
      });
      this.epoch += 1;
    }
  }

  private watch({ trained }: Network): StepWatch {
    return new StepWatch(
      (epoch) => {
        this.epoch = epoch;
        this.step += 1;
      },
      async () => {
        this.clock.rested(await this.gate.pass());
        // Ends this `fit`; the next goes on with the new settings.
        if (this.changed) trained.stopTraining = true;
      },
    );
  }
}
