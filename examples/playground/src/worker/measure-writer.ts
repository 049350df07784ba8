import type { LogWriter } from 'snnl-callbacks';
import type { Progress } from '../messages';
import type { Inspection } from './inspect';

export interface MeasureWriterOptions {
  /** Steps before this training began; the logger counts its own. */
  readonly step: () => number;
  readonly inspect: () => Promise<Inspection>;
  readonly rate: (step: number) => number | null;
  readonly send: (progress: Progress) => void;
}

/** A writer for an EntanglementLogger that sends what the page draws. */
export function measureWriter({ step, inspect, rate, send }: MeasureWriterOptions): LogWriter {
  return {
    name: 'page',
    async write({ epoch, logs, entanglement }) {
      const inspection = await inspect();
      send({
        ...inspection,
        epoch,
        step: step(),
        trainingLoss: logs.loss ?? null,
        temperature: logs.temperature ?? Number.NaN,
        entanglement: Object.fromEntries(entanglement.map(({ layer, ratio }) => [layer, ratio])),
        stepsPerSecond: rate(step()),
      });
    },
  };
}
