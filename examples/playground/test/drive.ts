/** Added to the page where no test can drive the browser: trains and reports what a person would see. */
import { report } from '@snnl/browser-testing/page';

/** What the page showed. */
export interface DriveReport {
  readonly status: string;
  readonly kernel: string;
  /** The keys of the charts, early and late. */
  readonly early: readonly string[];
  readonly late: readonly string[];
  readonly complaints: readonly string[];
}

const complaints: string[] = [];
addEventListener('error', ({ message }) => complaints.push(message));
addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)));
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  complaints.push(`${violatedDirective}: ${blockedURI}`),
);

const text = (id: string) => document.getElementById(id)?.textContent ?? '';
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until something holds; the page's own failure ends the wait. The test limits the time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    if (document.body.dataset.state === 'failed') throw new Error(text('status'));
    await sleep(50);
  }
}

async function keysAt(step: number): Promise<string[]> {
  await until(() => Number(text('step')) >= step);
  // The charts follow within two rounds of drawing, a quarter of a second each.
  await sleep(600);
  return Array.from(document.querySelectorAll('.key li'), (item) => item.textContent);
}

await report(async (): Promise<DriveReport> => {
  await until(() => document.body.dataset.state === 'ready');
  document.getElementById('run')?.click();
  const early = await keysAt(10);
  const late = await keysAt(120);
  return { status: text('status'), kernel: text('kernel'), early, late, complaints };
});
