import '@tensorflow/tfjs-backend-cpu';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import * as callbacks from 'snnl-callbacks';
import * as gpu from 'snnl-gpu';
import * as layer from 'snnl-layer';
import { report } from './report.mjs';
import { train } from './train.mjs';

report(() => train({ tf: { ...core, ...layers }, layer, callbacks, gpu }));
