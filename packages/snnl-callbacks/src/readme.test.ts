import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FactorAnnealing, TemperatureAnnealing } from './annealing';
import { EntanglementLogger } from './entanglement-logger';
import { inversePower } from './schedules';
import { blobs, functionalModel } from './testing/models';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('lists the keys that appear in History, and no others', async () => {
  const [, section = ''] = readme.split('## Keys in the logs');
  const documented = Array.from(section.split('\n## ')[0]?.matchAll(/^\| `(.+?)`/gm) ?? []).map(
    ([, key = '']) => key.replace('code', 'snnl').replace('class_3', 'class_0'),
  );
  expect(documented.length).toBe(8);

  const { x, ids, oneHot } = blobs();
  const { history } = await functionalModel().fit(x, oneHot, {
    verbose: 0,
    callbacks: [
      new TemperatureAnnealing({ schedule: inversePower() }),
      new FactorAnnealing({ schedule: inversePower() }),
      new EntanglementLogger({ x, y: ids, perClass: true }),
    ],
  });
  const ofTfjs = ['loss'];
  const ofOtherClasses = /class_[12]/;
  const appeared = Object.keys(history).filter((key) => !ofOtherClasses.test(key));
  expect(appeared.sort()).toEqual([...ofTfjs, ...documented].sort());
});
