import * as tf from '@tensorflow/tfjs-core';
import { blockProblem, selfProblem, withUpstream } from '../problems.js';
import { integersOf, matrixOf, normal, uniform } from '../random.js';
import type { NeighborGradProblem, NeighborProblem } from '../types.js';
import type { ConformanceCheck } from './check.js';
import { expectEqual } from './compare.js';
import { forwardValues, gradientValues, uploadGradProblem, uploadProblem } from './run-kernel.js';

const group = 'determinism and hygiene';

/** Batches large enough for several tiles, threads or workgroups. */
function problems(): { problem: NeighborProblem; gradProblem: NeighborGradProblem }[] {
  const next = normal(21);
  const pool = matrixOf(300, 70, next);
  const labels = integersOf(300, 5, uniform(22));
  return [selfProblem(pool, labels, 8), blockProblem(pool, labels, 8, 37, 131)].map((problem) => ({
    problem,
    gradProblem: withUpstream(problem, next),
  }));
}

export const hygieneChecks: readonly ConformanceCheck[] = [
  {
    group,
    name: 'the same inputs give the same bits, also after other work',
    run: async ({ adapter }) => {
      const [whole, block] = problems();
      if (!whole || !block) throw new Error('Expected two problems.');
      const sums = await forwardValues(adapter, whole.problem);
      const gradient = await gradientValues(adapter, whole.gradProblem);
      for (let rerun = 1; rerun <= 4; rerun++) {
        if (rerun % 2 === 0) {
          await forwardValues(adapter, block.problem);
          await gradientValues(adapter, block.gradProblem);
        }
        expectSameBits(`sums, rerun ${rerun}`, await forwardValues(adapter, whole.problem), sums);
        const again = await gradientValues(adapter, whole.gradProblem);
        expectSameBits(`gradient, rerun ${rerun}`, again, gradient);
      }
    },
  },
  {
    group,
    name: 'inputs are not modified',
    run: async ({ adapter }) => {
      for (const { problem, gradProblem } of problems()) {
        const inputs = uploadProblem(problem, 'one batch');
        await expectInputsKept(inputs, () => adapter.forward(inputs, problem.selfOffset, true));
        const gradInputs = uploadGradProblem(gradProblem, 'one batch');
        await expectInputsKept(gradInputs, () =>
          adapter.gradient(gradInputs, problem.selfOffset, true),
        );
      }
    },
  },
  {
    group,
    name: 'each call adds one tensor, its output, and nothing else',
    run: async ({ adapter }) => {
      for (const { problem, gradProblem } of problems()) {
        const inputs = uploadGradProblem(gradProblem, 'one batch');
        const before = tf.memory().numTensors;
        for (let call = 1; call <= 5; call++) {
          const output =
            call % 2 === 0
              ? adapter.forward(inputs, problem.selfOffset, true)
              : adapter.gradient(inputs, problem.selfOffset, true);
          expectEqual('tensors added by a call', [tf.memory().numTensors - before], [1]);
          await output.data();
          output.dispose();
          expectEqual('tensors after disposing the output', [tf.memory().numTensors - before], [0]);
        }
        tf.dispose({ ...inputs });
      }
    },
  },
  {
    group,
    name: 'a result outlives the tidy that it was computed in',
    run: async ({ adapter }) => {
      const before = tf.memory().numTensors;
      for (const { problem, gradProblem } of problems()) {
        const [kept, direct] = tf.tidy(() => {
          const inputs = uploadGradProblem(gradProblem, 'two sets');
          const sums = adapter.forward(inputs, problem.selfOffset, true);
          return [tf.clone(sums), adapter.forward(inputs, problem.selfOffset, true)];
        });
        if (!kept || !direct) throw new Error('Expected two tensors.');
        expectSameBits('sums in a tidy', await readFloats(kept), await readFloats(direct));
        tf.dispose([kept, direct]);
      }
      expectEqual('tensors left', [tf.memory().numTensors - before], [0]);
    },
  },
];

/** Reads every input before and after `run`, frees them and compares the bits. */
async function expectInputsKept(inputs: object, run: () => tf.Tensor): Promise<void> {
  const tensors: [string, tf.Tensor][] = Object.entries(inputs);
  const before = await Promise.all(tensors.map(([, tensor]) => tensor.data()));
  const copies = before.map((values) => Array.from(values));
  const output = run();
  await output.data();
  output.dispose();
  for (const [index, [name, tensor]] of tensors.entries()) {
    expectEqual(`input ${name}`, Array.from(await tensor.data()), copies[index] ?? []);
  }
  tf.dispose(tensors.map(([, tensor]) => tensor));
}

async function readFloats(tensor: tf.Tensor): Promise<Float32Array> {
  return tensor.data<'float32'>();
}

function expectSameBits(what: string, got: Float32Array, expected: Float32Array): void {
  const bits = (values: Float32Array) => new Int32Array(new Float32Array(values).buffer);
  const [gotBits, expectedBits] = [bits(got), bits(expected)];
  const index = gotBits.findIndex((value, k) => value !== expectedBits[k]);
  if (index < 0 && got.length === expected.length) return;
  throw new Error(`${what}: expected ${expected[index]} at ${index}, got ${got[index]}.`);
}
