// Steps of work and all-reduce; rank 1 does as the first argument says at step 20. The second argument is
// the wait limit.
import { connect } from '../../src/index';

const [fault, limit] = process.argv.slice(2);
const group = connect({ waitLimit: Number(limit) });
const misbehaves = group.rank === 1;
const data = new Float32Array(100_000);

process.on('SIGTERM', () => {
  console.log(`rank ${group.rank} hears SIGTERM`);
  process.exit(143);
});

const forever = () => new Promise((resolve) => setTimeout(resolve, 1e8));

for (let step = 0; step < 1e6; step++) {
  if (step === 20) console.log(`rank ${group.rank} is at work`);
  if (misbehaves && step === 20) {
    if (fault === 'kill') process.kill(process.pid, 'SIGKILL');
    if (fault === 'throw') throw new Error('bad labels on this rank');
    if (fault === 'reject') {
      Promise.reject(new Error('rejected on this rank'));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (fault === 'exit') process.exit(0);
    if (fault === 'hang') await forever();
    if (fault === 'fewer') break;
    if (fault === 'size') group.allReduce(new Float32Array(100_007));
    if (fault === 'kind') group.broadcast(data);
    // Another rank of the launcher's: as an operator, or SLURM at the time limit, sends it.
    if (fault === 'term') await forever();
  }
  group.allReduce(data);
  if (step % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
}
console.log(`rank ${group.rank} has no more steps`);
