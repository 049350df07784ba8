import type { Entanglement } from 'snnl-layer';
import type { LayerEntanglement } from './writers/writer';

/**
 * Measurements as entries for the logs: `<name>/<layer>/loss`, `.../chance` and `.../ratio`, and
 * with `perClass` the same under `<name>/<layer>/class_<id>/...` for each class with at least two
 * samples.
 */
export function entanglementKeys(
  name: string,
  measured: readonly LayerEntanglement[],
  perClass: boolean,
): Record<string, number> {
  return Object.fromEntries(
    measured.flatMap((entanglement) => {
      const prefix = `${name}/${entanglement.layer}`;
      const classes = perClass ? [...entanglement.perClass] : [];
      return [
        ...entries(prefix, entanglement),
        ...classes
          .filter(([, { anchors }]) => anchors > 0)
          .flatMap(([id, ofClass]) => entries(`${prefix}/class_${id}`, ofClass)),
      ];
    }),
  );
}

function entries(prefix: string, { loss, chance, ratio }: Entanglement): [string, number][] {
  return [
    [`${prefix}/loss`, loss],
    [`${prefix}/chance`, chance],
    [`${prefix}/ratio`, ratio],
  ];
}
