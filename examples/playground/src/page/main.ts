import type { KernelStatus } from 'snnl-layer';
import type { News, Progress } from '../messages';
import { EPOCHS } from '../settings';
import { Charts } from './charts';
import { backend, lockBackend, onSettings, settings, showObstacles, signed } from './controls';
import { element } from './element';
import { fillLegend } from './legend';
import { Scatter } from './scatter';
import { Trainer } from './trainer';

type State = 'loading' | 'ready' | 'starting' | 'training' | 'paused' | 'finished' | 'failed';

const run = element('run', HTMLButtonElement);
const reset = element('reset', HTMLButtonElement);
const status = element('status', HTMLElement);
const empty = element('empty', HTMLElement);
const canvas = element('scatter', HTMLCanvasElement);
const kernel = element('kernel', HTMLElement);
const kernelReason = element('kernel-reason', HTMLElement);
const scatter = new Scatter(canvas);
const charts = new Charts(element('charts', HTMLElement));
fillLegend(element('legend', HTMLElement));

let state: State = 'loading';
let step = 0;
let rates: number[] = [];

const BUTTON: Record<State, string> = {
  loading: 'Start',
  ready: 'Start',
  starting: 'Starting…',
  training: 'Pause',
  paused: 'Resume',
  finished: 'Finished',
  failed: 'Start',
};

/** Enters a state and says so; the status is read out by screen readers. */
function enter(next: State, message: string): void {
  state = next;
  document.body.dataset.state = next;
  run.textContent = BUTTON[next];
  run.disabled = !['ready', 'training', 'paused'].includes(next);
  reset.disabled = ['loading', 'ready'].includes(next);
  lockBackend(next !== 'ready');
  status.textContent = message;
  status.classList.toggle('failure', next === 'failed');
}

function write(id: string, text: string): void {
  element(id, HTMLElement).textContent = text;
}

function showKernel({ fused, reason }: KernelStatus): void {
  kernel.textContent = fused ? 'fused' : 'composed';
  kernelReason.textContent = fused
    ? `Fused: ${reason}.`
    : `Composed of TensorFlow.js operations, as there are no fused kernels here: ${reason}.`;
}

function showProgress(progress: Progress): void {
  step = progress.step;
  empty.hidden = true;
  scatter.show(progress.codes);
  charts.add(progress);
  const code = progress.entanglement.code ?? Number.NaN;
  canvas.setAttribute(
    'aria-label',
    `Codes of 500 digits after ${step} steps: entanglement ${code.toFixed(2)} of chance, ` +
      `${Math.round(progress.accuracy * 100)} percent read right.`,
  );
  if (progress.stepsPerSecond !== null) rates = [...rates, progress.stepsPerSecond].slice(-5);
  const rate = rates.reduce((sum, one) => sum + one, 0) / Math.max(rates.length, 1);
  write('epoch', `${progress.epoch + 1} of ${EPOCHS}`);
  write('step', String(step));
  write('rate', rate >= 10 ? rate.toFixed(0) : rate.toFixed(1));
}

function hear(news: News): void {
  switch (news.type) {
    case 'ready':
      scatter.setLabels(news.labels);
      enter('ready', 'Ready. Press Start.');
      showObstacles(news.obstacles);
      break;
    case 'started':
      showKernel(news.kernel);
      enter('training', `Training on ${news.backend}.`);
      break;
    case 'progress':
      showProgress(news.progress);
      break;
    case 'finished':
      enter('finished', `Finished after ${EPOCHS} epochs. Reset to train again.`);
      break;
    case 'failed':
      enter('failed', `${news.message} Reset to try again.`);
  }
}

const trainer = new Trainer(hear);

run.addEventListener('click', () => {
  if (state === 'ready') {
    enter('starting', `Starting the backend ${backend()}…`);
    trainer.tell({ type: 'start', backend: backend(), settings: settings() });
  } else if (state === 'training') {
    trainer.tell({ type: 'pause' });
    enter('paused', `Paused after ${step} steps.`);
  } else if (state === 'paused') {
    trainer.tell({ type: 'resume' });
    enter('training', 'Training goes on.');
  }
});

reset.addEventListener('click', () => {
  trainer.reset();
  step = 0;
  rates = [];
  scatter.clear();
  charts.clear();
  empty.hidden = false;
  canvas.setAttribute('aria-label', 'No codes yet.');
  for (const id of ['epoch', 'step', 'rate', 'kernel']) write(id, '–');
  kernelReason.textContent = '';
  enter('loading', 'Reset; loading…');
  run.focus();
});

onSettings((changed) => {
  if (state !== 'training' && state !== 'paused') return;
  trainer.tell({ type: 'change', settings: changed });
  charts.mark(step);
  status.textContent = `Settings changed at step ${step}: factor ${signed(changed.factor)}.`;
});

charts.clear();
// On a phone the picture should lie close to the slider.
if (matchMedia('(max-width: 700px)').matches) element('more', HTMLDetailsElement).open = false;
