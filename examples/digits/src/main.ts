import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { writeAtomically } from './atomic-write';
import { duration } from './console/duration';
import { showProgress } from './console/progress';
import { consoleTable } from './console/table';
import { datasetSource, directorySource } from './data/sources';
import { HELP, type Options, readOptions } from './options';
import { comparison } from './report/comparison';
import { runAll } from './run/run-all';
import { readSplit } from './run/split';
import type { Settings } from './settings';
import { UserError } from './user-error';

/** Exit code of a program ended by Ctrl-C, by custom of shells: 128 + SIGINT. */
const INTERRUPTED = 130;
