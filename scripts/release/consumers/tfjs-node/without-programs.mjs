// The published binary serves without a compiler, Python or any other program within reach.
import { spawnSync } from 'node:child_process';

const expectsBinary = process.platform === 'linux' && process.arch === 'x64';
const { CXX: _, ...env } = { ...process.env, PATH: '/nonexistent', TF_CPP_MIN_LOG_LEVEL: '3' };

function node(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function expect(truth, what, output) {
  if (!truth) throw new Error(`expected ${what}, but got:\n${output}`);
}

const cli = 'node_modules/snnl-gpu/bin/snnl-gpu.js';
const build = node(cli, 'build');
expect(build.status !== 0 && /^No C\+\+ compiler/m.test(build.output), 'no compiler', build.output);

const doctor = node(cli, 'doctor');
if (expectsBinary) {
  expect(doctor.status === 0, 'a doctor without complaints', doctor.output);
  expect(/kernels: prebuilt binary, /.test(doctor.output), 'the published binary', doctor.output);
  const trained = node('train-on-tfjs-node.mjs');
  expect(trained.status === 0, 'a training', trained.output);
  console.log(`note: ${trained.output.match(/prebuilt binary.*/)?.[0]}`);
} else {
  expect(/Build one with: npx snnl-gpu build/.test(doctor.output), 'a remedy', doctor.output);
  console.log(`note: none for ${process.platform}-${process.arch}, and the doctor says so`);
}
