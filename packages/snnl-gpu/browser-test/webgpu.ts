import { report } from '@snnl/browser-testing/page';
import '@tensorflow/tfjs-backend-webgpu';
import { conformance } from './webgpu/conformance';
import { failures } from './webgpu/failures';
import { training } from './webgpu/training';

const PARTS: Record<string, () => Promise<object>> = { conformance, training, failures };

await report(async () => {
  const part = PARTS[location.hash.slice(1)];
  if (!part) throw new Error(`Expected one of ${Object.keys(PARTS)} as hash.`);
  return part();
});
