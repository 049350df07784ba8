/** What each consumer does with the packages, however it got them. Throws where one is wrong. */
function expect(truth, what) {
  if (!truth) throw new Error(`expected ${what}`);
}

function blobs(tf) {
  const x = Array.from({ length: 24 }, (_, i) => [Math.sin(i), Math.cos(3 * i), i % 3]);
  const ids = tf.tensor1d(
    x.map((_, i) => i % 3),
    'int32',
  );
  return { x: tf.tensor2d(x), y: tf.oneHot(ids, 3) };
}

/** @returns What a page may report. */
export async function train({ tf, layer, callbacks, gpu }) {
  await tf.setBackend('cpu');
  const square = tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
  const loss = layer.softNearestNeighborLoss([0, 0, 1, 1], square, {
    distance: 'squaredEuclidean',
  });
  const [value] = await loss.data();
  expect(Math.abs(value - Math.log(2 + Math.exp(-1))) < 1e-6, `ln(2 + 1/e), got ${value}`);

  const snnl = layer.softNearestNeighbor({ factor: 0.5, temperature: 1, name: 'code' });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, activation: 'tanh', inputShape: [3] }),
      snnl,
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  model.compile({
    optimizer: tf.train.adam(0.05),
    loss: layer.withTargetLabels('categoricalCrossentropy'),
    metrics: [layer.entanglement(snnl)],
  });
  const { x, y } = blobs(tf);
  const schedule = callbacks.inversePower({ gamma: 0.5 });
  const annealing = new callbacks.TemperatureAnnealing({ schedule });
  const { history } = await model.fit(x, y, {
    epochs: 4,
    batchSize: 12,
    verbose: 0,
    callbacks: [annealing],
  });
  const losses = history.loss;
  expect(losses.every(Number.isFinite), `finite losses, got ${losses}`);
  expect(losses[3] < losses[0], `a falling loss, got ${losses}`);
  expect(history.code_entanglement.length === 4, 'the metric in each epoch');
  expect(Math.abs(snnl.temperature - 0.5) < 1e-6, `temperature 1/2, got ${snnl.temperature}`);
  expect(layer.kernelFor('cpu') === 'fused', 'fused kernels on the backend cpu');

  const stripped = layer.stripEntanglement(model).predict(x);
  const difference = (await tf.max(tf.abs(tf.sub(stripped, model.predict(x)))).data())[0];
  expect(difference < 1e-6, 'the same predictions without the layer');

  const registered = await gpu.register();
  for (const backend of ['webgl', 'webgpu', 'tensorflow']) {
    const status = layer.kernelStatus(backend);
    expect(status.reason === registered[backend].reason, `one status of ${backend}`);
    expect(registered[backend].reason.length > 0, `a reason in words for ${backend}`);
  }
  return { losses };
}
