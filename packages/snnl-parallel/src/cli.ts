import { hostname } from 'node:os';
import { errorMessage, UserError } from '../../snnl-gpu/src/errors';
import { buildAddon } from './build';
import { connect } from './connect';
import type { ParallelGroup } from './group';
import { packageRoot } from './native';

const HELP = `snnl-parallel: one batch over many processes, on MPI

npx snnl-parallel build                     compiles the addon on this machine
mpirun -n 2 npx snnl-parallel doctor [LIB]  says which MPI there is, and adds up known values;
                                            LIB: name or path of the MPI library
`;

/** Sums that every rank can tell without the others. */
async function knownSums(group: ParallelGroup): Promise<boolean> {
  const { rank, size } = group;
  const ranks = Array.from({ length: size }, (_, other) => other);
  const sum = (size * (size - 1)) / 2;
  const gathered = ranks.flatMap((other) => Array.from({ length: other }, () => other));
  const large = await group.allReduceAsync(new Float32Array(1 << 18).fill(rank));
  return (
    group.allReduce(Float64Array.of(rank))[0] === sum &&
    large.every((value) => value === sum) &&
    `${group.allGather(new Int32Array(rank).fill(rank), ranks)}` === `${gathered}` &&
    group.broadcast(Int32Array.of(rank), size - 1)[0] === size - 1
  );
}

/** Median milliseconds of an all-reduce of `length` float32. */
function timeOf(group: ParallelGroup, length: number): number {
  const data = new Float32Array(length);
  const times = Array.from({ length: 21 }, () => {
    group.barrier();
    const started = performance.now();
    group.allReduce(data);
    return performance.now() - started;
  });
  return times.sort((a, b) => a - b)[10] as number;
}

async function doctor(library: string | undefined): Promise<number> {
  const group = connect({ waitLimit: 30, ...(library !== undefined && { library }) });
  if (group.size === 1 && group.engine.abi === 'none') {
    console.log(
      'This process was started alone, so no MPI is used. Start ranks with the launcher of your ' +
        'MPI: mpirun -n 2 npx snnl-parallel doctor',
    );
    return 1;
  }
  const right = await knownSums(group);
  const wrong = group.allReduce(Int32Array.of(right ? 0 : 1))[0] as number;
  const small = timeOf(group, 1);
  const large = timeOf(group, 1 << 20);
  const { abi, library: name, version } = group.engine;
  // One after the other, in their order.
  for (let turn = 0; turn < group.size; turn++) {
    if (turn === group.rank) {
      if (turn === 0) {
        console.log(`library   ${name}: ${version}`);
        console.log(`ABI       ${abi}`);
        console.log(`sums      ${wrong === 0 ? 'right' : `WRONG on ${wrong} ranks`}`);
        console.log(`allReduce ${small.toFixed(3)} ms for 4 B, ${large.toFixed(2)} ms for 4 MiB`);
      }
      console.log(
        `rank ${turn} of ${group.size}: ${hostname()}, ${group.machine.rank} of ` +
          `${group.machine.size} there, Node ${process.version}`,
      );
    }
    group.barrier();
  }
  return wrong === 0 ? 0 : 1;
}

async function main([command = 'help', library, ...surplus]: readonly string[]): Promise<number> {
  if (surplus.length > 0) throw new UserError(`Expected no '${surplus[0]}'.\n\n${HELP}`);
  switch (command) {
    case 'build':
      console.log(`Built ${await buildAddon(packageRoot())}`);
      return 0;
    case 'doctor':
      return doctor(library);
    case 'help':
    case '--help':
      console.log(HELP);
      return 0;
    default:
      throw new UserError(`Expected build, doctor or help, but got '${command}'.`);
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof UserError ? error.message : errorMessage(error));
    process.exitCode = 2;
  },
);
