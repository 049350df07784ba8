/** Trains what the figures and the table of factors show, and keeps the numbers in docs/results. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { digits } from '@snnl/datasets';
import { ROOT } from '../paths';
import { lossAtTemperatures, MEASURED_AT, trainClassifier } from './classifier';
import { codes } from './code';

const EPOCHS = 8;
const FACTORS = [0, 0.01, 0.1, 1, 10, -0.1] as const;
const TEMPERATURES = [0.1, 0.5, 2] as const;

await tf.setBackend('wasm');
const train = digits('train', 0, 5000);
const heldOut = digits('test', 0, 2000);

const table: object[] = [];
const curves: Record<string, object> = {};
for (const factor of FACTORS) {
  for (const temperature of factor === 0 ? [0.5] : TEMPERATURES) {
    const trained = await trainClassifier({ factor, temperature, epochs: EPOCHS, train, heldOut });
    const ratios = trained.records.map(({ entanglement }) =>
      entanglement.map(({ ratio }) => ratio),
    );
    const { accuracy } = trained;
    table.push({ factor, temperature, accuracy, ratios: ratios.at(-1) });
    console.log(JSON.stringify(table.at(-1)));
    if (temperature === 0.5 && (factor === 0 || factor === 0.1)) {
      const first = tf.model({
        inputs: trained.model.inputs,
        outputs: trained.model.getLayer('first').output,
      });
      const steps = Array.from({ length: 25 }, (_, i) => 10 ** (-2.5 + (i * 4) / 24));
      curves[factor === 0 ? 'without' : 'with'] = {
        ratios,
        temperatures: await lossAtTemperatures(
          first.predict(heldOut.x) as tf.Tensor,
          heldOut.labels,
          steps,
        ),
      };
    }
  }
}
const write = (name: string, value: unknown): void =>
  writeFileSync(join(ROOT, 'docs', 'results', name), `${JSON.stringify(value)}\n`);
write('curves.json', curves);
write('codes.json', [await codes(0, 'without the loss'), await codes(0.1, 'with the loss')]);
writeFileSync(
  join(ROOT, 'docs', 'results', 'factors.jsonl'),
  table.map((row) => `${JSON.stringify({ ...row, measuredAt: MEASURED_AT })}\n`).join(''),
);
