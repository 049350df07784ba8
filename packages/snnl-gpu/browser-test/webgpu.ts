import { report } from '@snnl/browser-testing/page';
import '@tensorflow/tfjs-backend-webgpu';
import { registerWebgpu } from '../src/webgpu/register';
import { type UnitRowsReport, unitRowsReport } from './unit-rows';
import { useWebgpu } from './webgpu/backend';
import { conformance } from './webgpu/conformance';
import { edges } from './webgpu/edges';
import { failures } from './webgpu/failures';
import { training } from './webgpu/training';

async function unitRows(): Promise<UnitRowsReport> {
  await useWebgpu();
  await registerWebgpu();
  return unitRowsReport();
}

const PARTS: Record<string, () => Promise<object>> = {
  conformance,
  edges,
  unitRows,
  training,
  failures,
};

await report(async () => {
  const part = PARTS[location.hash.slice(1)];
  if (!part) throw new Error(`Expected one of ${Object.keys(PARTS)} as hash.`);
  return part();
});
