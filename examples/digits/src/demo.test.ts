import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../../scripts/demo.mjs', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'demo-'));
afterAll(() => rmSync(directory, { recursive: true }));

const SMALL = '--train-size 200 --test-size 200 --hidden 16 --batch-size 50'.split(' ');

/** Runs the demo; `onOutput` sees all output so far and may send signals. */
function demo(args: string[], onOutput: (output: string, pid: number) => void = () => {}) {
  const child = spawn(process.execPath, [SCRIPT, ...args], { detached: true });
  const { pid = 0 } = child;
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += String(chunk);
    onOutput(output, pid);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output }));
  });
}

it('trains, prints a table and writes a report, the same for the same seed', async () => {
  const measures = async (out: string): Promise<unknown> => {
    const { code, output } = await demo([...SMALL, '--epochs', '1', '--out', out]);
    expect(output).toContain('with SNNL     epoch 1/1');
    expect(output).toMatch(/k-means clustering accuracy\s+│\s+0\.\d{3}\s+│\s+0\.\d{3}/);
    expect(output).toContain(`Report: ${join(out, 'report.html')}`);
    expect(code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['report.html', 'results.json']);
    const { records } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
    return [records.without.result.measures, records.with.result.measures];
  };
  const first = await measures(join(directory, 'first'));
  expect(await measures(join(directory, 'second'))).toEqual(first);
}, 120_000);

it('reports what there is after Ctrl-C, and exits with 130', async () => {
  const out = join(directory, 'stopped');
  let sent = false;
  const { code, output } = await demo([...SMALL, '--epochs', '5000', '--out', out], (text, pid) => {
    if (sent || !text.includes('with SNNL     epoch 2/')) return;
    sent = true;
    // As a terminal does: to every process of the group.
    process.kill(-pid, 'SIGINT');
  });
  expect(output).toContain('Stopping; the report follows.');
  expect(output).toContain('Partial report: ');
  expect(code).toBe(130);
  expect(readdirSync(out).sort()).toEqual(['report.html', 'results.json']);
  const html = readFileSync(join(out, 'report.html'), 'utf8');
  expect(html).toMatch(/stopped by Ctrl-C: without SNNL \d+ of 5000 epochs/);
  expect(html).toContain('Codes with SNNL');
  expect(html.trimEnd().endsWith('</html>')).toBe(true);
}, 120_000);

it('quits at once, without a report, at a second Ctrl-C', async () => {
  const out = join(directory, 'quit');
  let sent = false;
  // Full-size data, which takes seconds to measure after the first Ctrl-C.
  const { code } = await demo(['--hidden', '16', '--out', out], (text, pid) => {
    if (sent || !text.includes('with SNNL     training begins')) return;
    sent = true;
    process.kill(-pid, 'SIGINT');
    setTimeout(() => process.kill(-pid, 'SIGINT'), 700);
  });
  expect(code).toBe(130);
  expect(existsSync(out)).toBe(false);
}, 120_000);

it('explains a wrong option and exits with 1', async () => {
  const { code, output } = await demo(['--epochs', 'few']);
  expect(output).toContain("Error: --epochs expects a whole number of at least 1, but got 'few'.");
  expect(output).not.toContain('    at ');
  expect(code).toBe(1);
}, 60_000);
