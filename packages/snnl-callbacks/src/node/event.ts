import type { PbfWriter } from 'pbf';

/** An event of TensorBoard: the version that opens a file, or scalars by tag at a step. */
export type Event =
  | { readonly time: number; readonly fileVersion: string }
  | {
      readonly time: number;
      readonly step: number;
      readonly scalars: Readonly<Record<string, number>>;
    };

/**
 * Writes the fields of a tensorflow.Event message.
 *
 * @see tensorboard/compat/proto/event.proto and summary.proto
 */
export function writeEvent(event: Event, message: PbfWriter): void {
  message.writeDoubleField(1, event.time / 1000); // wall_time, in seconds
  if ('fileVersion' in event) {
    message.writeStringField(3, event.fileVersion);
    return;
  }
  message.writeVarintField(2, event.step);
  message.writeMessage(5, writeSummary, event.scalars);
}

function writeSummary(scalars: Readonly<Record<string, number>>, message: PbfWriter): void {
  for (const scalar of Object.entries(scalars)) message.writeMessage(1, writeValue, scalar);
}

function writeValue([tag, value]: [string, number], message: PbfWriter): void {
  message.writeStringField(1, tag);
  message.writeFloatField(2, value); // simple_value
}
