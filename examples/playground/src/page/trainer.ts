import type { News, Order } from '../messages';

/**
 * The worker that trains. A reset ends it and starts another, which also works in the middle of a
 * long step, and frees what the backend held.
 */
export class Trainer {
  private worker: Worker;

  constructor(private readonly hear: (news: News) => void) {
    this.worker = this.begin();
  }

  tell(order: Order): void {
    this.worker.postMessage(order);
  }

  reset(): void {
    this.worker.terminate();
    this.worker = this.begin();
  }

  private begin(): Worker {
    // The name tells the worker where the page lies, and the digits beside it.
    const worker = new Worker(new URL('../worker/main.ts', import.meta.url), {
      type: 'module',
      name: document.baseURI,
    });
    worker.onmessage = ({ data }: MessageEvent<News>) => {
      if (worker === this.worker) this.hear(data);
    };
    worker.onerror = ({ message }) => {
      this.hear({ type: 'failed', message: message || 'The training thread did not start.' });
    };
    return worker;
  }
}
