import type { Entanglement } from 'snnl-layer';
import type { LayerEntanglement } from './writers/writer';

/**
 * Measurements as entries for the logs: `<name>_<layer>_loss`, `..._chance` and `..._ratio`, and
 * with `perClass` the same under `<name>_<layer>_class_<id>_...` for each class with at least two
 * samples. No other punctuation: tfjs-vis makes CSS selectors of keys. Names of classes that differ in
 * punctuation alone get `-2`, `-3`... behind.
 */
export function entanglementKeys(
  name: string,
  measured: readonly LayerEntanglement[],
  perClass: boolean,
): Record<string, number> {
  return Object.fromEntries(
    measured.flatMap((entanglement) => {
      const prefix = `${name}_${entanglement.layer}`;
      const classes = perClass ? named(entanglement.perClass) : [];
      return [
        ...entries(prefix, entanglement),
        ...classes
          .filter(([, { anchors }]) => anchors > 0)
          .flatMap(([id, ofClass]) => entries(`${prefix}_class_${id}`, ofClass)),
      ];
    }),
  );
}

/** Classes by names that may stand in a key. */
function named(classes: LayerEntanglement['perClass']): [string, Entanglement][] {
  const taken = new Set<string>();
  return Array.from(classes, ([id, ofClass]) => {
    const plain = String(id).replace(/[^\p{L}\p{N}-]/gu, '_');
    let name = plain;
    for (let count = 2; taken.has(name); count++) name = `${plain}-${count}`;
    taken.add(name);
    return [name, ofClass];
  });
}

function entries(prefix: string, { loss, chance, ratio }: Entanglement): [string, number][] {
  return [
    [`${prefix}_loss`, loss],
    [`${prefix}_chance`, chance],
    [`${prefix}_ratio`, ratio],
  ];
}
