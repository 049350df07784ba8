export { type AnyCallback, asCallbacks } from './as-callbacks';
export * from './schedules';
export { TemperatureAnnealing, type TemperatureAnnealingOptions } from './temperature-annealing';
