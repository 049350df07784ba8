/** Positions of the first samples of each class, at most `count` in all and as equal as can be. */
export function balancedSubset(labels: ArrayLike<number>, count: number): number[] {
  const byClass = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i] as number;
    const positions = byClass.get(label) ?? [];
    positions.push(i);
    byClass.set(label, positions);
  }
  // Small classes are taken whole, and leave their share to the others.
  const smallestFirst = [...byClass.values()].sort((a, b) => a.length - b.length);
  const taken: number[] = [];
  smallestFirst.forEach((positions, done) => {
    const share = Math.floor((count - taken.length) / (smallestFirst.length - done));
    taken.push(...positions.slice(0, share));
  });
  return taken.sort((a, b) => a - b);
}
