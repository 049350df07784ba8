import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import { allLayers } from 'snnl-layer';
import { isSoftNearestNeighbor, modelLayers } from './model-layers';

/** The SoftNearestNeighbor layers of a model, and where there are none, its layers with weights. */
export function defaultLayers(model: LayersModel): layers.Layer[] {
  const ours = allLayers(model).filter(isSoftNearestNeighbor);
  if (ours.length > 0) return ours;
  return modelLayers(model).filter(
    (layer) => layer.weights.length > 0 && !(layer instanceof LayersModel),
  );
}
