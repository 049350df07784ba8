import { balancedSubset, type LabelledImages, readImages, select, UserError } from '@snnl/datasets';
import { PROBE_SIZE, type Settings } from '../settings';

export interface Split {
  /** Class-balanced: the first images of each class in the training file. */
  readonly train: LabelledImages;
  /** The first images of the test file. */
  readonly test: LabelledImages;
  /** Class-balanced part of the test images. */
  readonly probe: LabelledImages;
}

/**
 * Reads the data set and takes the images that the demo uses; the same ones for both runs.
 *
 * @throws UserError if the files are not what they should be, or hold too few images.
 */
export function readSplit({ source, trainSize, testSize }: Settings): Split {
  const classes = source.classes.length;
  const [allTrain, allTest] = [readImages(source, 'train'), readImages(source, 'test')];
  const sizes = [allTrain, allTest].map(({ rows, columns }) => `${rows} x ${columns}`);
  if (sizes[0] !== sizes[1]) {
    throw new UserError(
      `Training images have ${sizes[0]} pixels but test images ${sizes[1]}: expected the same.`,
    );
  }
  if (testSize > allTest.count) {
    throw new UserError(
      `--test-size ${testSize} is more than the ${allTest.count} test images there are.`,
    );
  }
  const train = select(allTrain, balancedSubset(allTrain.labels, trainSize, classes));
  const test = select(
    allTest,
    Array.from({ length: testSize }, (_, i) => i),
  );
  return {
    train,
    test,
    probe: select(test, balancedSubset(test.labels, probeSize(test, classes), classes)),
  };
}

/** As many of each class as the rarest class has, up to {@link PROBE_SIZE} in all. */
function probeSize({ labels }: LabelledImages, classes: number): number {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const rarest = Math.min(...counts);
  if (rarest < 2) {
    throw new UserError(
      `Class ${counts.indexOf(rarest)} has ${rarest} of the ${labels.length} test images: at least ` +
        '2 are needed. Use a larger --test-size.',
    );
  }
  return Math.min(PROBE_SIZE, classes * rarest);
}
