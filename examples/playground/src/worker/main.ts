import { loadDigits } from '../data/load-digits';
import type { News, Order } from '../messages';
import { findObstacles, startBackend } from './backends';
import { useKernels } from './kernels';
import { Training } from './training';

/**
 * Everything heavy happens here, so that the page answers at once on every backend. The page ends
 * the worker to reset, which frees all that a backend holds.
 */
function tell(news: News, transfer: Transferable[] = []): void {
  self.postMessage(news, { transfer });
}

const failed = (error: unknown): void =>
  tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });

const images = loadDigits(new URL(self.name));
let training: Training | undefined;

async function start({ backend, settings }: Extract<Order, { type: 'start' }>): Promise<void> {
  await startBackend(backend);
  tell({ type: 'started', backend, kernel: await useKernels() });
  training = new Training(settings, await images, (progress) =>
    tell({ type: 'progress', progress }, [progress.codes.buffer]),
  );
  await training.run();
  tell({ type: 'finished' });
}

self.onmessage = ({ data: order }: MessageEvent<Order>) => {
  if (order.type === 'start') start(order).catch(failed);
  else if (order.type === 'change') training?.change(order.settings);
  else training?.[order.type]();
};

async function introduce(): Promise<void> {
  const [{ heldOut }, obstacles] = await Promise.all([images, findObstacles()]);
  tell({ type: 'ready', obstacles, labels: heldOut.labels });
}

introduce().catch(failed);
