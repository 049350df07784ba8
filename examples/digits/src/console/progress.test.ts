import { expect, it } from 'vitest';
import { showProgress } from './progress';

it('prints a line for each epoch where the output is no terminal', () => {
  const printed: string[] = [];
  const progress = showProgress(4, { isTerminal: false, print: (line) => printed.push(line) });
  const record = {
    epoch: 0,
    seconds: 1,
    temperature: null,
    trainReconstruction: null,
    snnl: null,
    reconstruction: 0.7,
    entanglement: {},
  };
  progress.epoch('with', record);
  progress.step('with', { epoch: 1, done: 0.1, seconds: 3, reconstruction: 0.5, snnl: 2 });
  progress.epoch('with', {
    ...record,
    epoch: 1,
    seconds: 30,
    trainReconstruction: 0.25,
    snnl: 1.5,
  });
  progress.epoch('without', { ...record, epoch: 2, seconds: 30, trainReconstruction: 0.2 });
  progress.epoch('with', { ...record, epoch: 4, seconds: 50, trainReconstruction: 0.1, snnl: 1 });
  progress.measuring('with');
  progress.close();
  expect(printed).toEqual([
    'with SNNL     training begins',
    'with SNNL     epoch 1/4  loss 0.2500  SNNL 1.500  1 min 30 s left',
    'without SNNL  epoch 2/4  loss 0.2000  SNNL     -  30 s left',
    'with SNNL     epoch 4/4  loss 0.1000  SNNL 1.000  trained',
    'with SNNL     measuring: neighbours, k-means, UMAP ...',
  ]);
});
