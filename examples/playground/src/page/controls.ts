import type { Obstacles } from '../messages';
import { BACKENDS, type Backend, SCHEDULES, type Settings } from '../settings';
import { element } from './element';

const factor = element('factor', HTMLInputElement);
const factorValue = element('factor-value', HTMLElement);
const distance = element('distance', HTMLSelectElement);
const distanceHint = element('distance-hint', HTMLElement);
const schedule = element('schedule', HTMLSelectElement);
const temperature = element('temperature', HTMLInputElement);
const temperatureValue = element('temperature-value', HTMLElement);
const backends = element('backends', HTMLFieldSetElement);
const backendHint = element('backend-hint', HTMLElement);

const radios = (): HTMLInputElement[] => Array.from(backends.querySelectorAll('input'));

/** The choice among `all` that a control holds; the first where it holds none of them. */
function chosen<T extends string>(all: readonly [T, ...T[]], value: string | undefined): T {
  return all.find((one) => one === value) ?? all[0];
}

export function settings(): Settings {
  return {
    factor: factor.valueAsNumber,
    distance: chosen(['cosine', 'squaredEuclidean'], distance.value),
    schedule: chosen(SCHEDULES, schedule.value),
    temperature: 10 ** temperature.valueAsNumber,
  };
}

export const backend = (): Backend =>
  chosen(BACKENDS, radios().find((radio) => radio.checked)?.value);

function effect(value: number): string {
  if (value === 0) return 'off';
  return value > 0 ? 'keep apart' : 'entangle';
}

/** The factor with its sign, as it is shown. */
export function signed(value: number): string {
  return value === 0 ? '0' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

function describe(): void {
  const now = settings();
  factorValue.textContent =
    now.factor === 0 ? 'off' : `${signed(now.factor)}, ${effect(now.factor)}`;
  factor.setAttribute('aria-valuetext', factorValue.textContent);
  temperatureValue.textContent = now.temperature.toPrecision(2);
  temperature.setAttribute('aria-valuetext', temperatureValue.textContent);
  distanceHint.hidden = !(now.factor < 0 && now.distance === 'squaredEuclidean');
}

/** Calls back at each change of what may change while the network trains. */
export function onSettings(changed: (settings: Settings) => void): void {
  for (const control of [factor, distance, schedule, temperature]) {
    control.addEventListener('input', () => {
      describe();
      changed(settings());
    });
  }
  describe();
}

/** A backend is chosen before the training begins. */
export function lockBackend(locked: boolean): void {
  for (const radio of radios()) radio.disabled = locked || radio.dataset.obstacle !== undefined;
  backendHint.hidden = !locked;
}

/** Says below each backend that cannot run why, and makes it impossible to choose. */
export function showObstacles(obstacles: Obstacles): void {
  for (const radio of radios()) {
    const obstacle = obstacles[chosen(BACKENDS, radio.value)];
    if (obstacle === null || radio.dataset.obstacle !== undefined) continue;
    radio.dataset.obstacle = obstacle;
    radio.disabled = true;
    radio.checked = false;
    const reason = document.createElement('small');
    reason.textContent = obstacle;
    radio.nextElementSibling?.append(reason);
  }
  if (radios().some((radio) => radio.checked)) return;
  const first = radios().find((radio) => radio.dataset.obstacle === undefined);
  if (first) first.checked = true;
}
