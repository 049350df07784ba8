import { UserError } from '../user-error';

/**
 * Positions of the first images of each class, as many of one class as of another, in file order.
 * Where `count` is no multiple of `classes`, the first classes get one more.
 *
 * @throws UserError if a class has too few images.
 */
export function balancedSubset(labels: Uint8Array, count: number, classes: number): number[] {
  const wanted = (label: number): number =>
    Math.floor(count / classes) + (label < count % classes ? 1 : 0);
  const taken = new Array<number>(classes).fill(0);
  const positions: number[] = [];
  for (const [position, label] of labels.entries()) {
    const soFar = taken[label] ?? 0;
    if (soFar >= wanted(label)) continue;
    taken[label] = soFar + 1;
    positions.push(position);
  }
  const short = taken.findIndex((soFar, label) => soFar < wanted(label));
  if (short >= 0) {
    throw new UserError(
      `${count} class-balanced images need ${wanted(short)} of class ${short}, but there are only ` +
        `${taken[short]}. Ask for fewer.`,
    );
  }
  return positions;
}
