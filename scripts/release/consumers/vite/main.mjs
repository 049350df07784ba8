import * as tf from '@tensorflow/tfjs';
import * as callbacks from 'snnl-callbacks';
import * as gpu from 'snnl-gpu';
import * as layer from 'snnl-layer';
import { report } from './report.mjs';
import { train } from './train.mjs';

report(() => train({ tf, layer, callbacks, gpu }));
