import { dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type layers, RNN } from '@tensorflow/tfjs-layers';

/**
 * Notes the states of stateful recurrent layers, and returns what puts them back, so that a pass
 * over other data in between leaves training undisturbed.
 *
 * @throws Error if a layer keeps a state that cannot be put back.
 */
export function keepStates(all: readonly layers.Layer[]): () => void {
  const stateful = all.filter((layer) => layer.stateful).map(recurrent);
  const saved = stateful.map((layer) => ({
    layer,
    // null before the first batch, whatever the types of tfjs say.
    states: layer.states.map((state: Tensor | null) => state?.clone() ?? null),
  }));
  return () => {
    for (const { layer, states } of saved) {
      const known = states.filter((state) => state !== null);
      tidy(() => layer.resetStates(known.length === 0 ? undefined : known));
      dispose(known);
    }
  };
}

function recurrent(layer: layers.Layer): RNN {
  if (layer instanceof RNN) return layer;
  throw new Error(
    `Layer '${layer.name}' (${layer.getClassName()}) is stateful, and its state could not be put ` +
      'back after measuring. Expected stateless layers, or stateful RNN, LSTM, GRU or SimpleRNN.',
  );
}
