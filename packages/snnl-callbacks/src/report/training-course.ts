import type { LogRecord } from '../writers/writer';
import type { Course, TrainingCourse } from './report-data';

/** The course of a training, from the records of an EntanglementLogger; undefined without any. */
export function trainingCourse(records: readonly LogRecord[]): TrainingCourse | undefined {
  const [first] = records;
  if (first === undefined) return undefined;
  const course = (title: string, value: (record: LogRecord) => number | undefined): Course => ({
    title,
    points: records.flatMap((record) => {
      const at = value(record);
      return at === undefined || !Number.isFinite(at) ? [] : [{ step: record.step + 1, value: at }];
    }),
  });
  const temperature = course('temperature', ({ logs }) => logs.temperature);
  return {
    per: first.per,
    ratios: first.entanglement.map(({ layer }) =>
      course(layer, ({ entanglement }) => entanglement.find((one) => one.layer === layer)?.ratio),
    ),
    ...(temperature.points.length > 0 ? { temperature } : {}),
  };
}
