import * as tf from '@tensorflow/tfjs';
import * as layer from 'snnl-layer';

export { layer, tf };
