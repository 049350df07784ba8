import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import { allLayers, isSoftNearestNeighbor } from './model-layers';

/** The SoftNearestNeighbor layers of a model, and where there are none, its layers with weights. */
export function defaultLayers(model: LayersModel): layers.Layer[] {
  const all = allLayers(model);
  const ours = all.filter(isSoftNearestNeighbor);
  if (ours.length > 0) return ours;
  return all.filter((layer) => layer.weights.length > 0 && !(layer instanceof LayersModel));
}
