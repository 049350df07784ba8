export {
  FactorAnnealing,
  type FactorAnnealingOptions,
  TemperatureAnnealing,
  type TemperatureAnnealingOptions,
} from './annealing';
export { type AnyCallback, type AsCallbacksOptions, asCallbacks } from './as-callbacks';
export { BestWeights, type BestWeightsOptions } from './best-weights';
export type { Schedule } from './checked-schedule';
export { EntanglementLogger, type EntanglementLoggerOptions } from './entanglement-logger';
export type { LayerAnnealingOptions } from './layer-annealing';
export type { MeasureOptions } from './measure-layers';
export * from './schedules';
export { type ConsoleTableOptions, consoleTable } from './writers/console-table';
export { type LineChartRenderer, type TfvisSurface, tfvisChart } from './writers/tfvis-chart';
export type { LayerEntanglement, LogRecord, LogWriter } from './writers/writer';
