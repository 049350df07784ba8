export { balancedSubset, type LabelledImages, select } from './images';
export {
  DATASETS,
  type DataSource,
  type DatasetName,
  datasetSource,
  directorySource,
  readImages,
} from './sources';
export { type Digits, digits, pixelRows } from './tensors';
export { UserError } from './user-error';
