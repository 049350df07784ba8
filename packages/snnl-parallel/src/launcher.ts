// What started this process, as the environment tells, and whose MPI that means.

/** A start by `mpirun`, `srun` or the like. */
export interface Launch {
  /** Libraries to try, the first choice first. */
  readonly libraries: readonly string[];
  /** How many processes it started, where it says so. */
  readonly size: number | undefined;
}

/** Names of the C libraries: of Open MPI 4 and 5, of MPICH and its kin, and that of MPI 5. */
const OPEN_MPI = ['libmpi.so.40', 'libmpi_abi.so.0'];
const MPICH = ['libmpich.so.12', 'libmpi.so.12', 'libmpi_abi.so.0'];

function numberOf(env: NodeJS.ProcessEnv, ...names: string[]): number | undefined {
  const text = names.map((name) => env[name]).find((value) => value !== undefined);
  return text === undefined ? undefined : Number(text);
}

/**
 * Reads who started this process.
 *
 * @param library Name or path of an MPI library, in place of those that are looked for.
 * @returns undefined for a process that was started alone.
 * @throws Error if SLURM started several processes without saying how they meet.
 */
export function findLaunch(
  library: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Launch | undefined {
  const given = library === undefined ? undefined : [library];
  const openMpi = numberOf(env, 'OMPI_COMM_WORLD_SIZE');
  if (openMpi !== undefined) return { libraries: given ?? OPEN_MPI, size: openMpi };
  const pmi = numberOf(env, 'PMI_SIZE');
  if (pmi !== undefined) return { libraries: given ?? MPICH, size: pmi };
  const slurm = numberOf(env, 'SLURM_STEP_NUM_TASKS');
  if (env.PMIX_RANK !== undefined) {
    return { libraries: given ?? [...OPEN_MPI, ...MPICH], size: slurm };
  }
  if (env.PMI_RANK !== undefined || env.PMI_FD !== undefined) {
    return { libraries: given ?? MPICH, size: slurm };
  }
  if (given !== undefined) return { libraries: given, size: undefined };
  if (slurm !== undefined && slurm > 1) {
    throw new Error(
      `SLURM started ${slurm} processes, but without a way in which they meet. Start them with ` +
        'srun --mpi=pmix (Open MPI) or srun --mpi=pmi2 (MPICH and its kin); srun --mpi=list says ' +
        'what there is.',
    );
  }
  return undefined;
}
