import type { Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

/**
 * Runs `pass` and shows the outputs of `layer.call` to `seen`, once for each place in the model
 * where the layer is applied. Works for layers inside nested models too, whose outputs are no
 * outputs of the outer graph. The layer is as before afterwards.
 */
export function intercepting<T>(
  layer: layers.Layer,
  seen: (output: Tensor) => void,
  pass: () => T,
): T {
  const before = Object.getOwnPropertyDescriptor(layer, 'call');
  const call = layer.call;
  layer.call = (inputs, kwargs) => {
    const outputs = call.call(layer, inputs, kwargs);
    const output = Array.isArray(outputs) ? outputs[0] : outputs;
    if (output !== undefined) seen(output);
    return outputs;
  };
  try {
    return pass();
  } finally {
    if (before === undefined) Reflect.deleteProperty(layer, 'call');
    else Object.defineProperty(layer, 'call', before);
  }
}
